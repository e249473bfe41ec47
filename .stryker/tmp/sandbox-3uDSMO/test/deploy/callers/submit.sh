cat > canvas.json <<'JSON'
{"canvas": {"task": "celery.chain", "kwargs": {"tasks": [{"task": "add", "args": [1, 2]}, {"task": "add", "args": [3]}]}}}
JSON
aws lambda invoke --function-name chordal-dev-submit --payload fileb://canvas.json submitted.json > status.json
# submitted.json is {"taskId": "…"}, and so what the result is asked of.
sed 's/}$/, "wait": 20}/' submitted.json > asked.json
aws lambda invoke --function-name chordal-dev-result --payload fileb://asked.json result.json > status.json
cat result.json # {"taskId":"…","state":"SUCCESS","value":6}
