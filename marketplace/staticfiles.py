"""Static files with a hash in their names, imports between JS modules included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    # Without this the manifest leaves `import "./peer.js"` unhashed, so a browser could mix two versions of one page.
    support_js_module_import_aggregation = True
