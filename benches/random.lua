-- The requests of wrk: random addresses, each followed by the first argument (`?dns=false`). With a second argument, only
-- so many addresses, of which the nth is requested 1/n times as often as the first (Zipf's law), as with the visitors of a
-- site; 0 means any. A third argument is the media type that they accept.
--
-- Three of four are IPv4, the fourth is IPv6. None is special: special addresses need no DNS query, and would make the
-- figures too good.

local special = { [0] = true, [10] = true, [100] = true, [127] = true, [169] = true, [172] = true, [192] = true,
                  [198] = true, [203] = true }
local registries = { "24", "26", "28", "2a" } -- 2400::/12 and so on: APNIC, ARIN, LACNIC, RIPE

local random, format = math.random, string.format
local query, head
local population, heights = {}, {}

local function v4()
  local first
  repeat first = random(1, 223) until not special[first]
  return format("%d.%d.%d.%d", first, random(0, 255), random(0, 255), random(0, 255))
end

local function v6()
  return format("%s%02x:%x:%x::%x", registries[random(4)], random(0, 15), random(0, 65535), random(0, 65535),
                random(1, 65535))
end

local function any()
  return random(4) == 1 and v6() or v4()
end

-- The address at a random height of the cumulated frequencies.
local function popular()
  local height = random() * heights[#heights]
  local low, high = 1, #heights
  while low < high do
    local middle = math.floor((low + high) / 2)
    if heights[middle] < height then low = middle + 1 else high = middle end
  end
  return population[low]
end

function init(arguments)
  math.randomseed(1)
  query = arguments[1] or ""
  local height = 0
  for rank = 1, tonumber(arguments[2]) or 0 do
    height = height + 1 / rank
    population[rank], heights[rank] = any(), height
  end
  local accept = arguments[3] and format("Accept: %s\r\n", arguments[3]) or ""
  head = format(" HTTP/1.1\r\nHost: %s:%s\r\n%s\r\n", wrk.host, wrk.port, accept)
end

function request()
  local address = #population > 0 and popular() or any()
  return "GET /" .. address .. query .. head
end

-- Requests, microseconds, microseconds of the 50th and the 99th percentile, errors.
function done(summary, latency)
  local errors = summary.errors
  io.write(format("figures %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
                  latency:percentile(99),
                  errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
