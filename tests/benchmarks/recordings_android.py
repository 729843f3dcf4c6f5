"""What adb and an Android phone say, with serials replaced.

Each entry names where the form was seen; the forms are facts about the tools, the values are ours.
"""

SERIAL = "R58M12ABCDE"

# `adb devices -l`, platform tools 29.0.6 as run here (heading, starting lines), and AOSP
# packages/modules/adb, transport.cpp, append_transport(): serial padded to 22, state, key:value.
HEADING = "List of devices attached\n"
STARTING = (
    "* daemon not running; starting now at tcp:5037\n* daemon started successfully\n" + HEADING
)
READY_LINE = (
    f"{SERIAL:<22} device usb:1-3 product:shiba model:Pixel_8 device:shiba transport_id:1\n"
)
SECOND_LINE = (
    "emulator-5554          device product:sdk_gphone64_x86_64 model:sdk_gphone64_x86_64 "
    "device:emu64xa transport_id:2\n"
)
UNAUTHORIZED_LINE = f"{SERIAL:<22} unauthorized usb:1-3 transport_id:1\n"
OFFLINE_LINE = f"{SERIAL:<22} offline usb:1-3 transport_id:1\n"
RECOVERY_LINE = f"{SERIAL:<22} recovery usb:1-3 product:shiba model:Pixel_8 transport_id:1\n"
NO_PERMISSIONS_LINE = (
    f"{SERIAL:<22} no permissions (missing udev rules? user is in the plugdev group); see "
    "[http://developer.android.com/tools/device.html] usb:1-3 transport_id:1\n"
)

# Errors of adb; the first two as platform tools 29.0.6 printed them here.
GONE = f"error: device '{SERIAL}' not found\n"
PUSH_GONE = f"adb: error: failed to get feature set: device '{SERIAL}' not found\n"
CLOSED = "error: closed\n"
NO_SPACE = (
    "adb: error: failed to copy 'segmenter.pte' to '/data/local/tmp/squeezesam/segmenter.pte': "
    "remote write failed: No space left on device\n"
)
# `adb install`: the codes of android.content.pm.PackageManager, framed by the client.
INSTALL = "Performing Streamed Install\nadb: failed to install demo.apk: Failure [{}]\n"
# `am start` for a component that is not there.
NO_ACTIVITY = """Starting: Intent { cmp=org.squeezesam.demo/.BenchmarkActivity (has extras) }
Error type 3
Error: Activity class {org.squeezesam.demo/org.squeezesam.demo.BenchmarkActivity} does not exist.
"""
STARTED = """Stopping: org.squeezesam.demo
Starting: Intent { cmp=org.squeezesam.demo/.BenchmarkActivity (has extras) }
Status: ok
LaunchState: COLD
Activity: org.squeezesam.demo/.BenchmarkActivity
TotalTime: 412
WaitTime: 415
Complete
--------- beginning of main
"""
# `logcat -v tag`: priority, a slash, the tag, a colon.
LOG_PREFIX = "I/"
CRASH = """E/AndroidRuntime: FATAL EXCEPTION: main
E/AndroidRuntime: Process: org.squeezesam.demo, PID: 8123
"""

GETPROP = """[ro.build.version.release]: [15]
[ro.build.version.sdk]: [35]
[ro.product.cpu.abi]: [arm64-v8a]
[ro.product.cpu.abilist]: [arm64-v8a]
[ro.product.manufacturer]: [Google]
[ro.product.model]: [Pixel 8]
[ro.soc.manufacturer]: [Google]
[ro.soc.model]: [Tensor G3]
"""

# `dumpsys thermalservice`: com.android.server.power.ThermalManagerService.dump(); the layout that
# Chromium's OS tests (tast-tests, android device temperature) quote.
THERMAL = """IsStatusOverride: false
ThermalEventListeners:
\tcallbacks: 2
\tkilled: false
\tbroadcasts count: -1
ThermalStatusListeners:
\tcallbacks: 1
\tkilled: false
\tbroadcasts count: -1
Thermal Status: {}
Cached temperatures:
\tTemperature{{mValue=45.979, mType=3, mName=VIRTUAL-SKIN, mStatus=3}}
HAL Ready: true
HAL connection:
\tThermalHAL AIDL 1  connected: yes
Current temperatures from HAL:
\tTemperature{{mValue=30.1, mType=3, mName=VIRTUAL-SKIN, mStatus=0}}
Current cooling devices from HAL:
\tCoolingDevice{{mValue=0, mType=2, mName=thermal-cpufreq-0}}
"""
# Before Android 10.
NO_THERMAL = "Can't find service: thermalservice\n"

# `dumpsys battery`: com.android.server.BatteryService.dump().
BATTERY = """Current Battery Service state:
  AC powered: false
  USB powered: true
  Wireless powered: false
  Dock powered: false
  Max charging current: 500000
  Max charging voltage: 5000000
  Charge counter: 3412000
  status: 2
  health: 2
  present: true
  level: 87
  scale: 100
  voltage: 4312
  temperature: 291
  technology: Li-ion
"""

# /sys/devices/system/cpu: cpu_capacity and cpufreq/cpuinfo_max_freq of a Tensor G3's nine cores.
CORES = """0 160 1704000
1 160 1704000
2 160 1704000
3 160 1704000
4 623 2367000
5 623 2367000
6 623 2367000
7 623 2367000
8 1024 2914000
"""

MEMINFO = """MemTotal:        7768456 kB
MemFree:          231004 kB
MemAvailable:    3120480 kB
"""
CPUINFO = """processor\t: 0
BogoMIPS\t: 49.15
Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm jscvt \
fcma lrcpc dcpop sha3 sm3 sm4 asimddp sha512 sve asimdfhm dit uscat ilrcpc flagm ssbs sb paca \
pacg dcpodp sve2 i8mm bf16 dgh bti
CPU implementer\t: 0x41
"""

# `dumpsys window policy` of Android 13 and later, the part about the keyguard; `dumpsys power`.
UNLOCKED = """WINDOW MANAGER POLICY STATE (dumpsys window policy)
    mSafeMode=false mSystemReady=true mSystemBooted=true
    KeyguardServiceDelegate
      showing=false
      showingAndNotOccluded=false
      inputRestricted=false
"""
LOCKED = UNLOCKED.replace("showing=false", "showing=true")
AWAKE = "POWER MANAGER (dumpsys power)\n  mWakefulness=Awake\n"
ASLEEP = AWAKE.replace("Awake", "Asleep")
