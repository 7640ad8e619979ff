"""What pages may ask a browser for: to play sound and to copy a code, and nothing else."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

OURS = ("autoplay", "clipboard-write", "fullscreen")
# Those that Chromium knows: of any other it complains on every page.
NOBODYS = (
    *("accelerometer", "browsing-topics", "camera"),
    *("clipboard-read", "display-capture", "encrypted-media", "gamepad", "geolocation"),
    *("gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi"),
    *("payment", "picture-in-picture", "publickey-credentials-get", "screen-wake-lock", "serial"),
    *("usb", "xr-spatial-tracking"),
)
POLICY = ", ".join([*(f"{name}=(self)" for name in OURS), *(f"{name}=()" for name in NOBODYS)])


class PermissionsPolicy:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", POLICY)
        return response
