---@meta _

-- # HTTP
-- Any answer is a result, a 404 too; no answer is an error: `refused` (a closed port, a certificate, a peer that speaks
-- no HTTP), `unreachable`, `not_found` (host, file), `timed_out`, `limit`, `bad_arguments`. URLs: http://, https://,
-- unix:/PATH.sock:/TARGET; a name and password in one become a Basic authorization. Proxies of the environment are
-- ignored, cookies not kept.

---@class forager.RequestOptions
---@field method? string  for http.request; default GET, or POST with a body
---@field json? forager.Data  sent as JSON, with its content type; one of `json`, `body` and `from_file`
---@field body? string
---@field from_file? string  the path of a file that is sent
---@field to_file? string  where the body of a 2xx answer goes, complete or not at all; without limit
---@field headers? table<string, string|string[]>
---@field timeout? forager.Duration  for all of it; default none, but 10 s for each connection
---@field redirects? integer  that are followed, more is the error `limit`, 0: a redirection is an answer; default 10
---@field limit? forager.Bytes  of a body that is kept in memory, more is the error `limit`; default 64 MB
---@field verify? boolean  the certificate of the peer; default true
---@field ca_file? string  authorities to trust (PEM) instead of the system's
---@field cert_file? string  a certificate of one's own (PEM)
---@field key_file? string  its private key (PEM); default: in `cert_file`

---@class forager.Response
---@field status integer
---@field reason string
---@field headers table<string, string>  names in lower case; repeated ones joined by ", "
---@field body string  empty when it went to a file
---@field url string  what answered, after redirections
local Response = {}

-- The body as data.
---@return any
function Response:json() end

---@class forager.http
local http = {}

-- Sends a request.
---@param url string
---@param options? forager.RequestOptions
---@return forager.Response
function http.request(url, options) end

-- The same with GET.
---@param url string
---@param options? forager.RequestOptions
---@return forager.Response
function http.get(url, options) end

-- The same with POST.
---@param url string
---@param options? forager.RequestOptions
---@return forager.Response
function http.post(url, options) end

-- The same with PUT.
---@param url string
---@param options? forager.RequestOptions
---@return forager.Response
function http.put(url, options) end

-- The same with PATCH.
---@param url string
---@param options? forager.RequestOptions
---@return forager.Response
function http.patch(url, options) end

-- The same with DELETE.
---@param url string
---@param options? forager.RequestOptions
---@return forager.Response
function http.delete(url, options) end

-- The same with HEAD.
---@param url string
---@param options? forager.RequestOptions
---@return forager.Response
function http.head(url, options) end
