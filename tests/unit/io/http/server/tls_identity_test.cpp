#include "io/http/server/tls_identity.hpp"

#include "certificates.hpp"
#include "server_world.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <fstream>

using namespace forager;
using namespace forager::test;
namespace asio = boost::asio;

namespace {

void write(const std::string& path, const std::string& text)
{
    std::ofstream{path} << text;
}

asio::awaitable<http::Reply> echo(http::ServedRequest request)
{
    co_return http::text_reply(200, std::move(request.body));
}

// A server with a certificate of its own, and a client that trusts it.
class TlsWorld {
public:
    explicit TlsWorld(http::Server::Config config = {}) : server{strand.executor(), strand.clock, echo, config}
    {
        std::signal(SIGPIPE, SIG_IGN);
        renew_files();
        identity = http::TlsIdentity::load(cert, key).value();
        port = server.listen_tcp("127.0.0.1", 0, identity).value();
        strand.start(running, run(server));
    }
    TlsWorld(const TlsWorld&) = delete;
    TlsWorld& operator=(const TlsWorld&) = delete;

    ~TlsWorld()
    {
        while (!running.ended()) {
            running.cancel();
            strand.io.restart();
            strand.io.run_one_for(std::chrono::milliseconds{2});
        }
    }

    void renew_files() const
    {
        const Identity made = self_signed({.names = {"IP:127.0.0.1"}});
        write(cert, made.certificate);
        write(key, made.key);
        write(key + ".trusted", made.certificate);
    }

    Result<http::Response> send(std::string body)
    {
        http::Client client{strand.pool, strand.clock};
        http::Request request;
        request.method = "POST";
        request.url = "https://127.0.0.1:" + std::to_string(port) + "/";
        request.body = std::move(body);
        request.tls.ca_file = key + ".trusted";
        return strand.run(client.send(std::move(request)));
    }

    Strand strand;
    TempFolder folder;
    std::string cert = folder.at("cert.pem");
    std::string key = folder.at("key.pem");
    std::shared_ptr<http::TlsIdentity> identity;
    http::Server server;
    std::uint16_t port = 0;
    Started<bool> running;

private:
    static asio::awaitable<bool> run(http::Server& server)
    {
        co_await server.run();
        co_return true;
    }
};

} // namespace

TEST_CASE("requests and replies of any size go through TLS as they are")
{
    TlsWorld world;
    for (const std::size_t size : {std::size_t{0}, std::size_t{16'384}, std::size_t{3'000'001}}) {
        std::string body(size, 'a');
        for (std::size_t i = 0; i < size; ++i)
            body[i] = static_cast<char>(i * 7);
        const auto response = world.send(body);
        REQUIRE(response.has_value());
        CHECK(response->status == 200);
        CHECK(response->body == body);
    }
}

TEST_CASE("who does not speak TLS is closed, and the next is served")
{
    TlsWorld world;
    RawClient plain{world.strand.io, world.port};
    plain.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(plain.wait_for_end().find("200") == std::string::npos);
    CHECK(world.send("x").has_value());
}

TEST_CASE("a client that says nothing is closed in time")
{
    http::Server::Config config;
    config.idle_time = std::chrono::milliseconds{50};
    TlsWorld world{config};
    RawClient silent{world.strand.io, world.port};
    CHECK(silent.wait_for_end().empty());
}

TEST_CASE("clients beyond the limit are closed, not waited for")
{
    http::Server::Config config;
    config.connections = 0;
    config.farewell_time = std::chrono::milliseconds{50};
    TlsWorld world{config};
    CHECK_FALSE(world.send("x").has_value());
}

TEST_CASE("a renewed certificate is shown to connections to come")
{
    TlsWorld world;
    CHECK(world.send("x").has_value());
    world.renew_files();
    CHECK_FALSE(world.send("x").has_value()); // the client trusts the new one alone
    CHECK(world.identity->renew().has_value());
    CHECK(world.send("x").has_value());
}

TEST_CASE("files that are no certificate are named, and what there was stays in use")
{
    TlsWorld world;
    const Identity other = self_signed({.names = {"IP:127.0.0.1"}});
    write(world.key, other.key);
    const auto wrong_key = world.identity->renew();
    REQUIRE(wrong_key.has_error());
    CHECK(wrong_key.error().code == Errc::bad_arguments);
    CHECK(wrong_key.error().message.find(world.key) != std::string::npos);
    CHECK(world.send("x").has_value());
    const auto missing = http::TlsIdentity::load(world.folder.at("none.pem"), world.key);
    REQUIRE(missing.has_error());
    CHECK(missing.error().code == Errc::not_found);
    CHECK(missing.error().message.find("none.pem") != std::string::npos);
    write(world.cert, "no PEM");
    CHECK(http::TlsIdentity::load(world.cert, world.key).error().code == Errc::bad_arguments);
}
