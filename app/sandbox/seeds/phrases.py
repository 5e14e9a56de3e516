"""Words from which the generated deals are made; all invented, none with a meaning beyond load."""

COMPANY_STARTS = (
    "Aldermoor", "Brandvik", "Castellan", "Dornfeld", "Eskdale", "Ferrolux", "Grauwald",
    "Hollandia", "Ironvale", "Jutland", "Kestrel", "Lindqvist", "Marbach", "Nordhavn",
    "Oakridge", "Pellworm", "Quarrell", "Rheinbach", "Silverton", "Tarragon", "Ulmer",
    "Vesthavn", "Westermark", "Yarrow", "Zuidplas",
)  # fmt: skip
COMPANY_ENDS = (
    "Automation", "Beverages", "Castings", "Dairy", "Energy", "Foods", "Glass", "Instruments",
    "Logistics", "Metals", "Packaging", "Pharma", "Plastics", "Pumps", "Robotics", "Steel",
    "Textiles", "Water",
)  # fmt: skip
FIRST_NAMES = (
    "Anouk", "Bastian", "Carla", "Dirk", "Elif", "Frank", "Greta", "Hannah", "Imran", "Joris",
    "Karin", "Luis", "Mei", "Nadia", "Oskar", "Priya", "Quentin", "Rosa", "Stefan", "Tessa",
    "Ugo", "Vera", "Wim", "Yusuf", "Zoe",
)  # fmt: skip
FAMILIES = (
    "Almeida", "Bakker", "Castro", "Dubois", "Ekberg", "Fischer", "Garnier", "Hansen", "Ivanov",
    "Jansen", "Keller", "Larsen", "Moreau", "Nowak", "Olsen", "Peeters", "Quist", "Richter",
    "Silva", "Tanaka", "Urban", "Visser", "Weber", "Yilmaz", "Zeller",
)  # fmt: skip
CHANGE = (
    "Two line stops this quarter came from flows that someone edited by hand on the device.",
    "Nobody can say which version of a flow runs at which site, and an auditor has asked.",
    "The engineer who built all of it retires, and there is no copy outside his laptop.",
    "Rolling a fix out to all gateways takes a technician three days of driving.",
    "Security has forbidden shared logins, and every editor today is shared.",
    "TBD",
    "Each plant collects machine data in its own way, so the numbers cannot be compared.",
)
NOW = (
    "The second plant goes live on 1 March and must not be set up by hand again.",
    "The internal audit is in eight weeks and this is the open finding.",
    "The present maintenance contract ends on 31 December.",
    "The budget for this year has to be committed before the end of the quarter.",
    "no date yet, will ask on the next call",
    "Their customer requires traceability from the next model year, start of production in May.",
)
FLOWFUSE = (
    "Snapshots and rollback were what convinced the plant manager in the demo.",
    "They need single sign-on and roles, which they cannot get from Node-RED alone.",
    "Remote updates of device groups replace the drives to each site.",
    "tbc",
    "A sister company recommended it after a year of use.",
    "One place for all instances, run on their own servers, was the deciding point.",
)
