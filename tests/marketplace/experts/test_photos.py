from io import BytesIO

import pytest
from PIL import Image

from marketplace.experts import photos


def upload(*, size=(800, 600), fmt="JPEG", mode="RGB", **save) -> BytesIO:
    file = BytesIO()
    Image.new(mode, size, "navy").save(file, fmt, **save)
    file.seek(0)
    return file


def read(file: BytesIO) -> Image.Image:
    return photos.read_photo(file, size=len(file.getvalue()))


def with_exif() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "A camera that must not be told"
    exif[0x0112] = 6  # lies on its side
    return exif.tobytes()


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


class ReadPhotoTests:
    @pytest.mark.parametrize(
        ("fmt", "mode"), [("JPEG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB"), ("JPEG", "L")]
    )
    def test_comes_out_square_whatever_goes_in(self, fmt, mode):
        assert read(upload(fmt=fmt, mode=mode)).size == (512, 512)

    def test_never_makes_a_small_photo_larger(self):
        assert read(upload(size=(200, 300))).size == (200, 200)

    @pytest.mark.parametrize(
        "content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"\xff\xd8\xff" + b"0" * 100]
    )
    def test_refuses_what_is_no_photo(self, content):
        with pytest.raises(photos.BadPhoto):
            read(BytesIO(content))

    def test_refuses_a_photo_cut_short(self):
        whole = upload().getvalue()
        with pytest.raises(photos.BadPhoto):
            read(BytesIO(whole[: len(whole) // 2]))

    def test_refuses_more_pixels_than_the_cap_before_decoding_them(self):
        bomb = upload(size=(20_000, 20_000), fmt="PNG", mode="1")
        assert len(bomb.getvalue()) < photos.BYTES_MAX
        with pytest.raises(photos.BadPhoto, match="million pixels"):
            read(bomb)

    def test_refuses_a_file_too_large(self):
        with pytest.raises(photos.BadPhoto, match="larger than 8 MB"):
            photos.read_photo(upload(), size=photos.BYTES_MAX + 1)

    def test_refuses_a_photo_too_small(self):
        with pytest.raises(photos.BadPhoto, match="smaller than"):
            read(upload(size=(100, 900)))


def halves(*, size=(800, 400)) -> BytesIO:
    """The left one is red, the right one is lime."""
    file, image = BytesIO(), Image.new("RGB", size, "red")
    image.paste("lime", (size[0] // 2, 0, *size))
    image.save(file, "PNG")
    file.seek(0)
    return file


def cut(file: BytesIO, text: str) -> Image.Image:
    return photos.read_photo(file, size=len(file.getvalue()), square=photos.read_square(text))


class SquareTests:
    @pytest.mark.parametrize(("text", "colour"), [("0 0.4 1", "red"), ("1 0.4 1", "lime"), ("1 1 0.5", "lime")])
    def test_what_was_chosen_is_kept(self, text, colour):
        kept = cut(halves(), text)
        assert kept.getcolors() == [(kept.width**2, {"red": (255, 0, 0), "lime": (0, 255, 0)}[colour])]

    def test_who_chose_none_has_the_middle(self):
        assert cut(halves(), "").getpixel((0, 0)) == (255, 0, 0)
        assert cut(halves(), " ").getpixel((399, 0)) == (0, 255, 0)

    def test_is_chosen_in_the_photo_as_it_is_seen(self):
        """A camera that was held upright writes the photo on its side, and says so."""
        file = BytesIO()
        Image.open(halves()).save(file, "PNG", exif=with_exif())
        file.seek(0)
        top = cut(file, "0.5 0 1")
        assert top.getcolors() == [(400 * 400, (255, 0, 0))]

    def test_is_never_made_larger(self):
        assert cut(halves(), "0 0 0.5").size == (200, 200)

    def test_is_not_smaller_than_a_photo_may_be(self):
        with pytest.raises(photos.BadPhoto, match="smaller than 160"):
            cut(halves(), "0 0 0.3")

    @pytest.mark.parametrize(
        "text", ["0", "0 0", "0 0 1 1", "0 0 1.01", "-0.1 0 1", "nan 0 1", "0 inf 1", "a b c", "0,5 0 1", "0\0 0 1"]
    )
    def test_refuses_what_is_no_square(self, text):
        with pytest.raises(photos.BadPhoto, match="no square"):
            photos.read_square(text)


class KeepPhotoTests:
    def test_keeps_pixels_alone_in_both_sizes(self, bob, media):
        photos.keep_photo(profile=bob.profile, image=read(upload(exif=with_exif())))
        for side in photos.SIZES:
            kept = Image.open(photos.path_of(bob.profile.photo, side))
            assert (kept.format, kept.size) == ("WEBP", (side, side))
            assert not kept.getexif()

    def test_replaces_the_photo_before(self, bob, media):
        photos.keep_photo(profile=bob.profile, image=read(upload()))
        first = photos.path_of(bob.profile.photo, 160)
        photos.keep_photo(profile=bob.profile, image=read(upload()))
        assert not first.exists()
        assert photos.path_of(bob.profile.photo, 160).exists()
