from . import test_post, test_post_concurrency, test_uninstall
