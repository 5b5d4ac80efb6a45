"""What other domains and flows may use of pictures."""

from kerben.domains.media.files import PictureFiles
from kerben.domains.media.model import URL_PREFIX, Media, Thumbnail, thumbnails
from kerben.domains.media.service import attach_media

__all__ = ["URL_PREFIX", "Media", "PictureFiles", "Thumbnail", "attach_media", "thumbnails"]
