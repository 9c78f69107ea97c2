"""The settings, and where each value comes from."""

from netnew.settings.loading import FILE_NAME as FILE_NAME
from netnew.settings.loading import Origin as Origin
from netnew.settings.loading import Settings as Settings
from netnew.settings.loading import home_before_loading as home_before_loading
from netnew.settings.loading import unknown_variables as unknown_variables
from netnew.settings.model import PREFIX as PREFIX
from netnew.settings.model import default_home as default_home
