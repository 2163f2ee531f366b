package netem

// presetGroups are the presets by source. No number without one.
var presetGroups = [...]struct {
	prefix string
	source *Source
	rows   []presetRow
}{
	{"wpt-", &Source{
		Name:    "WebPageTest, connectivity profiles",
		Address: "https://github.com/WPO-Foundation/webpagetest/blob/a7cf6a7742c9e93cf0c06ee6b58a608adb223f20/www/settings/connectivity.ini.sample",
		Date:    "as of 2026-11",
		Reading: "latency is the round trip: half of it each way; plr (loss) is 0",
	}, []presetRow{
		{name: "cable", title: "Cable", down: "5mbit", up: "1mbit", halfRTT: "14ms"},
		{name: "dsl", title: "DSL", down: "1500kbit", up: "384kbit", halfRTT: "25ms"},
		{name: "3gslow", title: "3G Slow", down: "400kbit", up: "400kbit", halfRTT: "200ms"},
		{name: "3g", title: "3G", down: "1600kbit", up: "768kbit", halfRTT: "150ms"},
		{name: "3gfast", title: "3G Fast", down: "1600kbit", up: "768kbit", halfRTT: "75ms"},
		{name: "4g", title: "4G", down: "9mbit", up: "9mbit", halfRTT: "85ms"},
		{name: "lte", title: "LTE", down: "12mbit", up: "12mbit", halfRTT: "35ms"},
		{name: "edge", title: "Mobile Edge", down: "240kbit", up: "200kbit", halfRTT: "420ms"},
		{name: "2g", title: "2G", down: "280kbit", up: "256kbit", halfRTT: "400ms"},
	}},
	{"lighthouse-", &Source{
		Name:    "Lighthouse, mobile network throttling preset",
		Address: "https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md",
		Date:    "as of 2026-11",
		Reading: "latency is the round trip: half of it each way; packet loss none. By its authors, about the bottom quarter of 4G and the top quarter of 3G connections",
	}, []presetRow{
		{name: "slow4g", title: "Slow 4G", down: "1600kbit", up: "750kbit", halfRTT: "75ms"},
	}},
	{"firefox-", &Source{
		Name:    "Firefox, network monitor's throttling",
		Address: "https://raw.githubusercontent.com/mozilla-firefox/firefox/main/devtools/docs/user/network_monitor/throttling/index.rst",
		Date:    "as of 2026-11",
		Reading: "minimum latency is taken for the round trip, half of it each way; K is 1000. By its authors an approximate idea, not for exact measurements",
	}, []presetRow{
		{name: "gprs", title: "GPRS", down: "50kbit", up: "20kbit", halfRTT: "250ms"},
		{name: "2g", title: "Regular 2G", down: "250kbit", up: "50kbit", halfRTT: "150ms"},
		{name: "2g-good", title: "Good 2G", down: "450kbit", up: "150kbit", halfRTT: "75ms"},
		{name: "3g", title: "Regular 3G", down: "750kbit", up: "250kbit", halfRTT: "50ms"},
		{name: "3g-good", title: "Good 3G", down: "1500kbit", up: "750kbit", halfRTT: "20ms"},
		{name: "4g", title: "Regular 4G/LTE", down: "4mbit", up: "3mbit", halfRTT: "10ms"},
		{name: "dsl", title: "DSL", down: "2mbit", up: "1mbit", halfRTT: "2.5ms"},
		{name: "wifi", title: "Wi-Fi", down: "30mbit", up: "15mbit", halfRTT: "1ms"},
	}},
	{"comcast-", &Source{
		Name:    "comcast (the tool by Tyler Treat), network condition profiles",
		Address: "https://github.com/tylertreat/comcast/blob/01f282395217deaf4a47261e49380a06e7e70e6b/README.md",
		Date:    "as of 2026-11",
		Reading: "latency is taken for the round trip, half of it each way; bandwidth (kbit/s) and loss hold for each direction. The tool itself acts on what a machine sends",
	}, []presetRow{
		{name: "gprs", title: "GPRS (good)", down: "50kbit", up: "50kbit", halfRTT: "250ms", loss: "2%"},
		{name: "edge", title: "EDGE (good)", down: "250kbit", up: "250kbit", halfRTT: "150ms", loss: "1.5%"},
		{name: "3g", title: "3G/HSDPA (good)", down: "750kbit", up: "750kbit", halfRTT: "125ms", loss: "1.5%"},
		{name: "dialup", title: "Dial-up (good)", down: "40kbit", up: "40kbit", halfRTT: "92.5ms", loss: "2%"},
		{name: "dsl-poor", title: "DSL (poor)", down: "2mbit", up: "2mbit", halfRTT: "35ms", loss: "2%"},
		{name: "dsl", title: "DSL (good)", down: "8mbit", up: "8mbit", halfRTT: "20ms", loss: "0.5%"},
		{name: "wifi", title: "Wi-Fi (good)", down: "30mbit", up: "30mbit", halfRTT: "20ms", loss: "0.2%"},
		{name: "satellite", title: "Satellite", halfRTT: "750ms", loss: "0.2%"},
	}},
	{"ookla-", &Source{
		Name:    "Ookla Speedtest, medians in the United States, as reported by the IEEE ComSoc Technology Blog of 2021-12-21 (rates; latency of fixed broadband and Starlink) and Advanced Television of 2021-12-22 (latency of HughesNet and Viasat)",
		Address: "https://techblog.comsoc.org/2021/12/21/ookla-q3-2021-satellite-internet-performance-finds-starlink-still-1-but-average-download-speed-decreased, https://advanced-television.com/2021/12/22/starlink-speeds-under-pressure/",
		Date:    "third quarter of 2021",
		Reading: "latency is the round trip: half of it each way; each number is a median by itself; loss was not reported",
	}, []presetRow{
		{name: "fixed-us", title: "Fixed broadband", down: "119.84mbit", up: "18.03mbit", halfRTT: "7.5ms"},
		{name: "starlink", title: "Starlink (low orbit)", down: "87.25mbit", up: "13.54mbit", halfRTT: "22ms"},
		{name: "hughesnet", title: "HughesNet (geostationary)", down: "19.3mbit", up: "2.54mbit", halfRTT: "372ms"},
		{name: "viasat", title: "Viasat (geostationary)", down: "18.75mbit", up: "2.96mbit", halfRTT: "314.5ms"},
	}},
}
