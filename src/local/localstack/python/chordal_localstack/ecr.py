"""
A registry of images without repositories. `serverless remove` asks ECR for one after it has deleted the stack, and fails
where ECR does not answer: LocalStack's free edition has none.
"""

from localstack.aws.api import CommonServiceException, handler
from localstack.services.plugins import Service, aws_provider


class EmptyRegistry:
    service = "ecr"

    @handler("DescribeRepositories", expand=False)
    def describe_repositories(self, context, request):
        names = ", ".join(request.get("repositoryNames") or ["any"])
        raise CommonServiceException("RepositoryNotFoundException", f"This registry has no repository {names}")


@aws_provider()
def ecr():
    return Service.for_provider(EmptyRegistry())
