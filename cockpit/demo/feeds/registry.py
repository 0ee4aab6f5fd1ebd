"""All feeds that are counted in records; the vehicles are counted in positions and stand in `fleet`."""

from cockpit.demo.feeds import (
    bus_service,
    enterprises,
    estates,
    hall_reviews,
    hotline,
    permits,
    power,
    procurement,
    taxes,
    urban_cases,
    weather_stations,
)
from cockpit.demo.feeds.feed import Feed

FEEDS: tuple[Feed, ...] = (
    weather_stations.FEED,
    hotline.FEED,
    urban_cases.FEED,
    hall_reviews.FEED,
    bus_service.FEED,
    enterprises.FEED,
    permits.FEED,
    power.FEED,
    estates.FEED,
    procurement.FEED,
    taxes.FEED,
)
