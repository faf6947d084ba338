"""Static files with a hash in their names, imports between JS modules included; a sheet and those it imports are one file."""

import re
from posixpath import dirname, join, normpath, relpath

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

_IMPORT = re.compile(r'@import url\("([^"]+)"\) layer\((\w+)\);')
_URL = re.compile(r'url\("(?!data:|/|#)([^"]+)"\)')


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    # Without this the manifest leaves `import "./peer.js"` unhashed, so a browser could mix two versions of one page.
    support_js_module_import_aggregation = True

    def post_process(self, paths, dry_run=False, **options):
        """A browser asks for an imported sheet only when it has read the one that imports it, and shows nothing until then."""
        for name, (source, path) in list(paths.items()):
            if name.endswith(".css") and not dry_run:
                with source.open(path) as file:
                    text = file.read().decode()
                if _IMPORT.search(text):
                    whole = _IMPORT.sub(lambda found, name=name: _layer(*found.groups(), name, paths), text)
                    self.delete(name)
                    self._save(name, ContentFile(whole.encode()))
                    paths[name] = (self, name)  # what is hashed and compressed from here on
        yield from super().post_process(paths, dry_run, **options)


def _layer(address: str, layer: str, importer: str, paths) -> str:
    """The imported sheet in its layer, with addresses as they are seen from `importer`."""
    name = normpath(join(dirname(importer), address))
    source, path = paths[name]
    with source.open(path) as file:
        text = file.read().decode().removeprefix('@charset "UTF-8";')  # of a whole file: ours are all in it

    def moved(found: re.Match) -> str:
        return f'url("{relpath(normpath(join(dirname(name), found[1])), dirname(importer) or ".")}")'

    return f"@layer {layer} {{\n{_URL.sub(moved, text)}\n}}"
