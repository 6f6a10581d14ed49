-- Each request shows another token, in the order of a file, begun at a place of its own in each run.
-- Arguments: method, path, file of tokens, `token` | `form` | `json` | `key` | `cookie`, the service's own token,
-- milliseconds that a connection rests between two requests, on average.
local tokens, at, head, body_of, rest = {}, 0, "", nil, 0

function init(args)
  local method, path, file, way, service = args[1], args[2], args[3], args[4], args[5]
  rest = tonumber(args[6] or "0")
  for line in io.lines(file) do tokens[#tokens + 1] = line end
  math.randomseed(os.time())
  at = math.random(#tokens)
  local first = method .. " " .. path .. " HTTP/1.1\r\nHost: localhost\r\n"
  if way == "token" then
    head = first .. "Authorization: Bearer "
  elseif way == "key" then
    head = first .. "x-api-key: "
  elseif way == "cookie" then
    head = first .. "Cookie: keyward_session="
  else
    head = first .. "Authorization: Bearer " .. service .. "\r\n"
    if way == "json" then
      head = head .. "Content-Type: application/json\r\n"
      body_of = function(token) return '{"token":"' .. token .. '"}' end
    else
      head = head .. "Content-Type: application/x-www-form-urlencoded\r\n"
      body_of = function(token) return "token=" .. token end
    end
  end
end

function request()
  at = at % #tokens + 1
  local token = tokens[at]
  if not body_of then return head .. token .. "\r\n\r\n" end
  local body = body_of(token)
  return head .. "Content-Length: " .. #body .. "\r\n\r\n" .. body
end

function delay()
  return rest > 0 and math.random(0, 2 * rest) or 0
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    "RESULT {\"requests\":%d,\"microseconds\":%d,\"p50\":%d,\"p99\":%d,\"refused\":%d,\"broken\":%d}\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
