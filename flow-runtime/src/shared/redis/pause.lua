-- Grants nothing for so long from now; the longest pause wins. KEYS: pause; ARGV: microseconds
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local pause = tonumber(ARGV[1])
local earlier = redis.call('GET', KEYS[1])
earlier = earlier and tonumber(earlier) or 0
if now + pause > earlier or earlier ~= earlier or earlier > now + 63072000000000 then
  redis.call('SET', KEYS[1], string.format('%.0f', now + pause), 'PX', string.format('%.0f', math.ceil(pause / 1000) + 1))
end
return 1
