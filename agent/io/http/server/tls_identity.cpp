#include "io/http/server/tls_identity.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

namespace forager::http {

namespace {

Failure unusable(const std::string& what, const std::string& file)
{
    std::array<char, 256> reason{};
    ERR_error_string_n(ERR_peek_last_error(), reason.data(), reason.size());
    ERR_clear_error();
    if (::access(file.c_str(), R_OK) != 0)
        return {Errc::not_found, "the " + what + " '" + file + "' is not there, or cannot be read"};
    return {Errc::bad_arguments, "the " + what + " '" + file + "' cannot be used: " + reason.data()};
}

class TlsWire final : public Wire {
public:
    TlsWire(SSL_CTX* context, int socket) : tls_{SSL_new(context), &SSL_free}
    {
        if (tls_ == nullptr || SSL_set_fd(tls_.get(), socket) != 1)
            throw std::bad_alloc{};
        SSL_set_accept_state(tls_.get());
    }

    ssize_t read(std::span<char> space) override
    {
        ERR_clear_error();
        const int count = SSL_read(tls_.get(), space.data(), static_cast<int>(space.size()));
        if (count > 0)
            return count;
        switch (SSL_get_error(tls_.get(), count)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE: return not_now; // a handshake that does not fit into the kernel's buffer: it is over
        case SSL_ERROR_ZERO_RETURN: return 0;
        default: return fail();
        }
    }

    // Not before the client has shaken hands: then there is nobody to write to yet.
    ssize_t write(std::string_view bytes) override
    {
        if (failed_ || SSL_is_init_finished(tls_.get()) == 0)
            return broken;
        ERR_clear_error();
        constexpr std::size_t most = std::size_t{1} << 30;
        const int count = SSL_write(tls_.get(), bytes.data(), static_cast<int>(std::min(bytes.size(), most)));
        if (count > 0)
            return count;
        return SSL_get_error(tls_.get(), count) == SSL_ERROR_WANT_WRITE ? not_now : fail();
    }

    void finish() override
    {
        if (!failed_ && SSL_is_init_finished(tls_.get()) != 0)
            (void)SSL_shutdown(tls_.get());
        ERR_clear_error();
    }

private:
    // After an error, OpenSSL is not asked for anything more.
    ssize_t fail()
    {
        failed_ = true;
        ERR_clear_error();
        return broken;
    }

    std::unique_ptr<SSL, decltype(&SSL_free)> tls_;
    bool failed_ = false;
};

} // namespace

Result<std::shared_ptr<TlsIdentity>> TlsIdentity::load(std::string cert_file, std::string key_file)
{
    const std::shared_ptr<TlsIdentity> identity{new TlsIdentity{std::move(cert_file), std::move(key_file)}};
    if (auto read = identity->renew(); !read)
        return read.error();
    return identity;
}

Result<void> TlsIdentity::renew()
{
    const std::shared_ptr<SSL_CTX> context{SSL_CTX_new(TLS_server_method()), &SSL_CTX_free};
    if (context == nullptr)
        throw std::bad_alloc{};
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    // Without renegotiation a write never has to read first, nor a read to write.
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(context.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    if (SSL_CTX_use_certificate_chain_file(context.get(), cert_file_.c_str()) != 1)
        return unusable("certificate", cert_file_);
    if (SSL_CTX_use_PrivateKey_file(context.get(), key_file_.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context.get()) != 1)
        return unusable("certificate's key", key_file_);
    context_ = context;
    return {};
}

std::unique_ptr<Wire> TlsIdentity::wire(int socket) const
{
    return std::make_unique<TlsWire>(context_.get(), socket);
}

} // namespace forager::http
