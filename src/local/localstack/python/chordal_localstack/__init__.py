"""A plugin of LocalStack that runs Node.js functions as child processes, without Docker."""
