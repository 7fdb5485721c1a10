/**
 * The atomic verbs as Lua. Each touches one key, so each runs on one node of a cluster. A record is a hash: `d` its
 * value, `v` its version, `x` its deadline in milliseconds or nothing. Time comes from the caller, never from Redis.
 */

/**
 * KEYS: record. ARGV: wanted state, now, value, version, deadline, milliseconds until Redis may forget it.
 *
 * HSET is the first write: Redis looks at `maxmemory` only before a script has written, so a DEL before it would let
 * every record in. It replaces all three fields, so nothing of the record before is left.
 */
export const put = `
local current = redis.call('HMGET', KEYS[1], 'v', 'x')
local live = current[1] and (current[2] == '' or tonumber(current[2]) > tonumber(ARGV[2]))
local state = live and current[1] or 'absent'
if ARGV[1] ~= 'any' and ARGV[1] ~= state then return 0 end
redis.call('HSET', KEYS[1], 'd', ARGV[3], 'v', ARGV[4], 'x', ARGV[5])
if ARGV[6] == '' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[6]) end
return 1
`;

/** KEYS: record. ARGV: now, and the wanted version if there is one. Answers value, version and deadline, or nothing. */
export const take = `
local current = redis.call('HMGET', KEYS[1], 'd', 'v', 'x')
if not current[2] then return false end
if current[3] ~= '' and tonumber(current[3]) <= tonumber(ARGV[1]) then return false end
if ARGV[2] and ARGV[2] ~= current[2] then return false end
redis.call('DEL', KEYS[1])
return current
`;
