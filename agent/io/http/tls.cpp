#include "io/http/tls.hpp"

#include "io/http/authorities.hpp"
#include "io/http/certificate.hpp"
#include "io/http/stream_transport.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace forager::http {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

using Context = std::shared_ptr<ssl::context>;
using TlsStream = ssl::stream<tcp::socket>;

Failure unusable(const std::string& what, const std::string& file, const error_code& error)
{
    if (::access(file.c_str(), F_OK) != 0)
        return {Errc::not_found, "the " + what + " '" + file + "' does not exist"};
    return {Errc::bad_arguments, "the " + what + " '" + file + "' cannot be used: " + error.message()};
}

// Without any authority each handshake says that nobody is trusted.
void trust_the_system(ssl::context& context)
{
    error_code ignored;
    context.set_default_verify_paths(ignored);
    const std::string elsewhere = openssl_finds_authorities() ? "" : find_authorities("");
    if (!elsewhere.empty())
        context.load_verify_file(elsewhere, ignored);
}

Failure unusable(const std::string& what, const error_code& error)
{
    return {Errc::bad_arguments, "the " + what + " cannot be used: " + error.message()};
}

Result<void> load_trust(ssl::context& context, const TlsSettings& settings)
{
    error_code error;
    if (!settings.verify)
        context.set_verify_mode(ssl::verify_none);
    else
        context.set_verify_mode(ssl::verify_peer);
    if (!settings.ca_pem.empty()) {
        context.add_certificate_authority(asio::buffer(settings.ca_pem), error);
        if (error)
            return unusable("trusted authorities", error);
    } else if (!settings.ca_file.empty()) {
        context.load_verify_file(settings.ca_file, error);
        if (error)
            return unusable("file of trusted authorities", settings.ca_file, error);
    } else if (settings.verify) {
        trust_the_system(context);
    }
    return {};
}

Result<void> load_identity_text(ssl::context& context, const TlsSettings& settings)
{
    error_code error;
    context.use_certificate_chain(asio::buffer(settings.cert_pem), error);
    if (error)
        return unusable("client certificate", error);
    context.use_private_key(asio::buffer(settings.key_pem), ssl::context::pem, error);
    if (error)
        return unusable("client key", error);
    return {};
}

Result<void> load_identity(ssl::context& context, const TlsSettings& settings)
{
    error_code error;
    if (!settings.cert_pem.empty())
        return load_identity_text(context, settings);
    if (settings.cert_file.empty())
        return {};
    context.use_certificate_chain_file(settings.cert_file, error);
    if (error)
        return unusable("client certificate", settings.cert_file, error);
    const std::string& key = settings.key_file.empty() ? settings.cert_file : settings.key_file;
    context.use_private_key_file(key, ssl::context::pem, error);
    if (error)
        return unusable("client key", key, error);
    return {};
}

Result<Context> make_context(const TlsSettings& settings)
{
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    static constexpr unsigned char http_1_1[] = "\x08http/1.1";
    SSL_CTX_set_alpn_protos(context->native_handle(), http_1_1, sizeof http_1_1 - 1);
    auto trust = load_trust(*context, settings);
    if (trust.has_error())
        return trust.error();
    auto identity = load_identity(*context, settings);
    if (identity.has_error())
        return identity.error();
    return context;
}

bool is_address(const std::string& host)
{
    error_code error;
    (void)asio::ip::make_address(host, error);
    return !error;
}

void name_host(TlsStream& stream, const std::string& host)
{
    SSL* handle = stream.native_handle();
    if (is_address(host)) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(handle), host.c_str());
        return;
    }
    SSL_set_tlsext_host_name(handle, const_cast<char*>(host.c_str()));
    SSL_set_hostflags(handle, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(handle, host.c_str());
}

bool is_of_tls(const error_code& code)
{
    return code.category() == asio::error::get_ssl_category();
}

int alert_in(const error_code& code)
{
    return ERR_GET_REASON(static_cast<unsigned int>(code.value())) - SSL_AD_REASON_OFFSET;
}

std::string handshake_words(const error_code& code)
{
    const int reason = ERR_GET_REASON(static_cast<unsigned int>(code.value()));
    const bool is_plain =
        is_of_tls(code) && (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_PACKET_LENGTH_TOO_LONG);
    return is_plain ? "what answers there speaks no TLS" : code.message();
}

Failure handshake_failure(const error_code& code, const std::string& peer, const std::string& rejection)
{
    Failure failure{Errc::refused, "the certificate of " + peer + " " + rejection};
    failure.retry = false;
    if (!rejection.empty())
        return failure;
    if (code == asio::error::eof || code == asio::error::connection_reset ||
        code == boost::asio::ssl::error::stream_truncated)
        return {Errc::unreachable, peer + " closed the connection during the TLS handshake"};
    failure.message = "the TLS handshake with " + peer + " failed: " + handshake_words(code);
    // A peer that has trouble of its own says so; what this side finds unfit stays so.
    failure.retry = !is_of_tls(code) || (alert_in(code) >= 0 && !is_lasting_alert(code));
    return failure;
}

} // namespace

bool is_lasting_alert(const error_code& code)
{
    constexpr std::array alerts{
        SSL_AD_HANDSHAKE_FAILURE,
        SSL_AD_BAD_CERTIFICATE,
        SSL_AD_UNSUPPORTED_CERTIFICATE,
        SSL_AD_CERTIFICATE_REVOKED,
        SSL_AD_CERTIFICATE_EXPIRED,
        SSL_AD_CERTIFICATE_UNKNOWN,
        SSL_AD_UNKNOWN_CA,
        SSL_AD_ACCESS_DENIED,
        SSL_AD_PROTOCOL_VERSION,
        SSL_AD_UNRECOGNIZED_NAME,
        SSL_AD_INSUFFICIENT_SECURITY,
        SSL_AD_CERTIFICATE_REQUIRED,
        SSL_AD_NO_APPLICATION_PROTOCOL,
    };
    return is_of_tls(code) && std::ranges::find(alerts, alert_in(code)) != alerts.end();
}

asio::awaitable<Result<Context>> TlsContexts::get(BlockingPool& pool, TlsSettings settings)
{
    constexpr std::size_t most = 32;
    if (const auto found = contexts_.find(settings); found != contexts_.end())
        co_return found->second;
    auto work = [&settings] { return make_context(settings); };
    auto context = co_await pool.run(work);
    if (context.has_error())
        co_return context;
    if (contexts_.size() >= most)
        contexts_.clear();
    contexts_[settings] = *context;
    co_return context;
}

asio::awaitable<Result<std::unique_ptr<Transport>>> secure(tcp::socket socket, Context context, std::string host,
                                                           std::string peer)
{
    TlsStream stream{std::move(socket), *context};
    name_host(stream, host);
    std::string rejection;
    const bool verify = SSL_get_verify_mode(stream.native_handle()) != SSL_VERIFY_NONE;
    stream.set_verify_callback([&rejection, verify](bool accepted, ssl::verify_context& verification) {
        if (!accepted && verify && rejection.empty())
            rejection = describe_rejection(verification.native_handle());
        return accepted || !verify;
    });
    const auto shaken = co_await stream.async_handshake(TlsStream::client, asio::as_tuple(asio::use_awaitable));
    const auto& [error] = shaken;
    throw_if_aborted(error);
    if (error)
        co_return handshake_failure(error, peer, rejection);
    // The callback looks at this frame, which ends here.
    stream.set_verify_callback([verify](bool accepted, ssl::verify_context&) { return accepted || !verify; });
    std::unique_ptr<Transport> transport = std::make_unique<StreamTransport<TlsStream>>(std::move(stream), true);
    co_return transport;
}

} // namespace forager::http
