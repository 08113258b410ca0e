from . import test_module, test_planner
