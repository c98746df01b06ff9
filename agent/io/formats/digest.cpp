#include "io/formats/digest.hpp"

#include "io/system_failure.hpp"

#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace forager {

namespace {

// OpenSSL's, too; in the order of the enumeration.
constexpr std::array<std::pair<const char*, Digest>, 5> names = {{
    {"md5", Digest::md5},
    {"sha1", Digest::sha1},
    {"sha256", Digest::sha256},
    {"sha512", Digest::sha512},
    {"sha3-256", Digest::sha3_256},
}};

void require(int answer)
{
    if (answer != 1)
        throw std::runtime_error{"this machine's OpenSSL does not offer the checksum"};
}

using Algorithms = std::array<std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)>, names.size()>;

template <std::size_t... n> Algorithms fetch_all(std::index_sequence<n...>)
{
    return {{{EVP_MD_fetch(nullptr, names[n].first, nullptr), &EVP_MD_free}...}};
}

// OpenSSL looks for an algorithm longer than it takes for a short text's checksum: once is enough.
const EVP_MD* algorithm_of(Digest digest)
{
    static const Algorithms all = fetch_all(std::make_index_sequence<names.size()>{});
    return all.at(static_cast<std::size_t>(digest)).get();
}

} // namespace

std::optional<Digest> digest_named(std::string_view name)
{
    for (const auto& [word, digest] : names)
        if (word == name)
            return digest;
    return std::nullopt;
}

struct Digester::State {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

Digester::Digester(Digest digest) : state_{std::make_unique<State>()}
{
    require(EVP_DigestInit_ex(state_->context.get(), algorithm_of(digest), nullptr));
}

Digester::~Digester() = default;

void Digester::add(std::string_view bytes)
{
    require(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()));
}

std::string Digester::finish()
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> buffer{};
    unsigned length = 0;
    require(EVP_DigestFinal_ex(state_->context.get(), buffer.data(), &length));
    return {buffer.begin(), buffer.begin() + length};
}

std::string digest(Digest digest, std::string_view bytes)
{
    Digester digester{digest};
    digester.add(bytes);
    return digester.finish();
}

Result<std::string> digest_file(Digest digest, const std::string& path, const std::atomic<bool>* stop)
{
    const std::string attempt = "cannot read '" + path + "'";
    // A fifo without a writer must not hold the thread.
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (!file)
        return system_failure(attempt, errno);
    struct stat status{};
    if (::fstat(file.number(), &status) == 0 && !S_ISREG(status.st_mode))
        return Failure{Errc::refused, attempt + ": it is not a regular file."};
    Digester digester{digest};
    std::vector<char> buffer(std::size_t{256} * 1024);
    while (stop == nullptr || !*stop) {
        const ssize_t count = ::read(file.number(), buffer.data(), buffer.size());
        if (count == 0)
            return digester.finish();
        if (count < 0 && errno != EINTR)
            return system_failure(attempt, errno);
        if (count > 0)
            digester.add({buffer.data(), static_cast<std::size_t>(count)});
    }
    return Failure{Errc::cancelled, attempt + ": it was cancelled."};
}

} // namespace forager
