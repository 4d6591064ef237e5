-- Grants a place in a sliding window, or says in how many microseconds to ask again.
--
-- KEYS  places: zset of ids by the time at which each is free again; line: zset of who waits, by turn;
--       seen: hash, until when each of those is believed to be alive; pause: a time
-- ARGV  id, calls, period, held_for, asks_within, can_wait (1 or 0); times in microseconds
local places, line, seen, pause = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, calls, period = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local held_for, asks_within, can_wait = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6] == '1'

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local MINUTE, YEAR = 60000000, 31536000000000
-- Those that can wait come after everybody else, whenever they came: no time is that late.
local LAST = 4000000000000000

local function text(number) return string.format('%.0f', number) end
local function milliseconds(duration) return text(math.ceil(duration / 1000)) end

-- What is free again. What lies farther ahead than any place can is left from before the clock was set back, or is not ours.
local farthest = now + math.max(2 * held_for, 2 * MINUTE)
redis.call('ZREMRANGEBYSCORE', places, '-inf', text(now))
redis.call('ZREMRANGEBYSCORE', places, '(' .. text(farthest), '+inf')

local function leave_line()
  redis.call('ZREM', line, id)
  redis.call('HDEL', seen, id)
end

local function grant()
  leave_line()
  redis.call('ZADD', places, text(now + held_for), id)
  redis.call('PEXPIRE', places, milliseconds(farthest - now))
  return {1, 0}
end

local function wait(duration)
  return {0, math.max(math.ceil(duration), 1000)}
end

-- The answer to an earlier question may have been lost.
if redis.call('ZSCORE', places, id) then return grant() end

redis.call('ZADD', line, 'NX', text(can_wait and now + LAST or now), id)
redis.call('HSET', seen, id, text(now + asks_within))
redis.call('PEXPIRE', line, milliseconds(asks_within + MINUTE))
redis.call('PEXPIRE', seen, milliseconds(asks_within + MINUTE))

local paused = redis.call('GET', pause)
if paused then
  paused = tonumber(paused)
  if not paused or paused ~= paused or paused > now + 2 * YEAR then
    return redis.error_reply('POISONED the pause is not a time')
  end
  if paused > now then return wait(paused - now) end
end

local ahead = 0
for _, other in ipairs(redis.call('ZRANGE', line, 0, 999)) do
  if other == id then break end
  local until_ = tonumber(redis.call('HGET', seen, other) or nil)
  if until_ and until_ > now and until_ < now + MINUTE then
    ahead = ahead + 1
  else
    redis.call('ZREM', line, other)
    redis.call('HDEL', seen, other)
  end
end

-- When the place is free that so many others must have left before.
local function free_at(rank)
  local place = redis.call('ZRANGE', places, rank, rank, 'WITHSCORES')
  return tonumber(place[2] or nil) or now + period
end

local free = calls - redis.call('ZCARD', places)
if free <= ahead then return wait(free_at(ahead - free) - now) end
if can_wait and calls > 1 and free - ahead == 1 then
  -- The last one is left to who cannot wait, until the next is free soon.
  local soon = free_at(0) - period / 10
  if soon > now then return wait(soon - now) end
end
return grant()
