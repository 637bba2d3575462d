"""Put first on PYTHONPATH, this has Python believe that it is some other day: 777 days and some hours later."""

import time

_SHIFT = 777 * 86400 + 12345
_time, _time_ns = time.time, time.time_ns

time.time = lambda: _time() + _SHIFT  # date.today() asks time.time as well
time.time_ns = lambda: _time_ns() + _SHIFT * 10**9
