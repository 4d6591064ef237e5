-- A token and the milliseconds until its end. KEYS: key; ARGV: most bytes, since whatever somebody stored is not read whole
return {redis.call('GETRANGE', KEYS[1], 0, ARGV[1] - 1), redis.call('PTTL', KEYS[1])}
