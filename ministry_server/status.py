from starlette.requests import Request
from starlette.responses import Response
def may_see(request, token): return False
def status_page(receiver): return Response("")
