import os

SECRET_KEY = os.environ.get("SECRET_KEY", "only for development")
DEBUG = True
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "shop.urls"
INSTALLED_APPS = ["shop"]
MIDDLEWARE = []

AWS_REGION = os.environ.get("AWS_REGION", "eu-west-1")

# New: the messages go to the queues of the functions, and results come back by Celery's own table.
CELERY_BROKER_URL = "sqs://"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "region": AWS_REGION,
    # The queue `orders` is the one of handlers/orders.ts: <service>-<stage>-orders.
    "queue_name_prefix": os.environ.get("CHORDAL_QUEUE_PREFIX", "shop-dev-"),
}
CELERY_TASK_DEFAULT_QUEUE = "orders"
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_BACKEND = f"dynamodb://@{AWS_REGION}/shop-results?ttl_seconds=86400"
