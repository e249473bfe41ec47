"""The views. They call tasks as they did with a Python worker."""

import json

from celery import chain, chord
from celery.result import AsyncResult
from django.http import JsonResponse
from django.urls import path

from .tasks import price, receipt, total


def orders(request):
    articles = json.loads(request.body)["articles"]
    sent = chain(chord([price.s(one) for one in articles], total.s()), receipt.s(currency="EUR")).delay()
    return JsonResponse({"id": sent.id}, status=202)


def price_of(request, article):
    return JsonResponse({"cents": price.delay(article).get(timeout=20, interval=0.1)})


def order(request, task_id):
    result = AsyncResult(task_id)
    answer = {"state": result.state}
    if result.failed():
        answer["error"] = f"{type(result.result).__name__}: {result.result}"
    elif result.successful():
        answer["receipt"] = result.result
    return JsonResponse(answer)


urlpatterns = [
    path("orders", orders),
    path("orders/<task_id>", order),
    path("prices/<article>", price_of),
]
