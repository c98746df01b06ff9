#include "clients/docker/copying.hpp"

#include "io/url.hpp"

#include "clients/docker/asking.hpp"

#include <chrono>

namespace forager::docker {

namespace asio = boost::asio;

namespace {

constexpr Duration long_work = std::chrono::hours{1}; // large files, slow disks

Ask ask_archive(std::string method, const std::string& container, std::string path)
{
    Ask ask{std::move(method), "/containers/" + percent_encoded(container) + "/archive"};
    ask.query = {{"path", std::move(path)}};
    ask.timeout = long_work;
    return ask;
}

} // namespace

asio::awaitable<Result<void>> copy_in(Client& client, std::string container, std::string file, std::string folder)
{
    Ask ask = ask_archive("PUT", container, std::move(folder));
    ask.headers.set("Content-Type", "application/x-tar");
    ask.from_file = std::move(file);
    return tell(client, std::move(ask));
}

asio::awaitable<Result<void>> copy_out(Client& client, std::string container, std::string path, std::string file)
{
    Ask ask = ask_archive("GET", container, std::move(path));
    ask.to_file = std::move(file);
    return tell(client, std::move(ask));
}

} // namespace forager::docker
