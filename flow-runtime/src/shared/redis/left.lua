-- Holds places for so long from now. KEYS: places; ARGV: id, microseconds, id, microseconds, ...
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local longest = 0
for i = 1, #ARGV, 2 do
  local held_for = tonumber(ARGV[i + 1])
  longest = math.max(longest, held_for)
  redis.call('ZADD', KEYS[1], string.format('%.0f', now + held_for), ARGV[i])
end
local left = redis.call('PTTL', KEYS[1])
local needed = math.ceil(longest / 1000)
if left < needed then redis.call('PEXPIRE', KEYS[1], string.format('%.0f', needed)) end
return 1
