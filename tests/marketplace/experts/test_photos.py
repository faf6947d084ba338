import struct
import zlib
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


def png_with_exif(exif: bytes) -> BytesIO:
    """As a damaged or hostile file has it: nothing looks at what is in the chunk."""
    whole = upload(fmt="PNG").getvalue()
    header = 8 + 25  # the signature, and IHDR
    checksum = struct.pack(">I", zlib.crc32(b"eXIf" + exif))
    chunk = struct.pack(">I", len(exif)) + b"eXIf" + exif + checksum
    return BytesIO(whole[:header] + chunk + whole[header:])


def tags(*entries: tuple[int, int, int, bytes]) -> bytes:
    """EXIF of these: number, type, count, four bytes of value."""
    packed = b"".join(struct.pack("<HHI4s", *entry) for entry in sorted(entries))
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + packed + b"\0" * 4


LIES_ON_ITS_SIDE = (0x0112, 3, 1, b"\6\0\0\0")


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

    @pytest.mark.parametrize(
        "exif",
        [
            pytest.param(b"II*\0", id="cut short"),
            pytest.param(tags(LIES_ON_ITS_SIDE, (0x0100, 2, 4, b"abc\0")), id="letters for a width"),
            pytest.param(tags(LIES_ON_ITS_SIDE, (0x011A, 2, 4, b"abc\0")), id="letters for a resolution"),
        ],
    )
    def test_refuses_a_photo_whose_exif_cannot_be_read_or_written_back(self, exif):
        with pytest.raises(photos.BadPhoto):
            read(png_with_exif(exif))

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


def quarters() -> BytesIO:
    """400 by 800 pixels: red, green below it, blue, white."""
    image = Image.new("RGB", (400, 800), "white")
    for at, colour in enumerate(("red", "lime", "blue")):
        image.paste(colour, (0, 200 * at, 400, 200 * at + 200))
    file = BytesIO()
    image.save(file, "PNG")
    file.seek(0)
    return file


class CropTests:
    @pytest.mark.parametrize(
        ("said", "colour", "side"),
        [
            ("0 0 0.5", (255, 0, 0), 200),
            ("0.5 0.25 0.5", (0, 255, 0), 200),
            ("0 0.5 0.5", (0, 0, 255), 200),
            ("1 1 0.45", (255, 255, 255), 180),  # beyond the edge: what is nearest to it
            ("0 0 0", (255, 0, 0), 160),  # never smaller than a photo
            ("0.00000 2.5e-1 .5", (0, 255, 0), 200),
        ],
    )
    def test_keeps_the_square_that_was_chosen(self, said, colour, side):
        file = quarters()
        image = photos.read_photo(file, size=1, crop=photos.read_crop(said))
        assert image.size == (side, side)
        assert image.getcolors() == [(side * side, colour)]

    def test_counts_on_the_photo_as_it_stands_upright(self):
        exif = Image.Exif()
        exif[0x0112] = 6
        lying = BytesIO()
        Image.open(quarters()).rotate(90, expand=True).save(lying, "PNG", exif=exif.tobytes())
        lying.seek(0)
        image = photos.read_photo(lying, size=1, crop=photos.read_crop("0 0 0.5"))
        assert image.getcolors() == [(40_000, (255, 0, 0))]

    def test_nothing_said_is_the_middle(self):
        assert photos.read_crop("") is None
        assert photos.read_photo(quarters(), size=1).size == (400, 400)

    @pytest.mark.parametrize(
        "said", ["0 0", "0 0 1 1", "a b c", "nan 0 1", "inf 0 1", "-0.1 0 1", "0 0 1.01", "1e999 0 1"]
    )
    def test_refuses_what_is_no_square(self, said):
        with pytest.raises(photos.BadPhoto, match="choose again"):
            photos.read_crop(said)


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
