#include "sources/hook/proof.hpp"

#include "io/formats/mac.hpp"
#include "io/http/server/caller.hpp"

namespace forager {

namespace {

constexpr const char* token_header = "X-Forager-Token";

std::string hex(std::string_view bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char byte : bytes) {
        const auto number = static_cast<unsigned char>(byte);
        text += digits[number / 16];
        text += digits[number % 16];
    }
    return text;
}

bool shows_secret(const Hook& hook, const http::Headers& headers)
{
    const std::string* token = headers.find(token_header);
    return token != nullptr ? same_secret(*token, hook.secret.reveal()) : http::shows_token(headers, hook.secret);
}

bool is_signed(const Hook& hook, const http::ServedRequest& request)
{
    const std::string* given = request.headers.find("X-Hub-Signature-256");
    if (given == nullptr)
        return false;
    return same_secret(http::lower_case(*given), "sha256=" + hex(hmac_sha256(hook.secret.reveal(), request.body)));
}

} // namespace

bool proves(const Hook& hook, const http::ServedRequest& request)
{
    if (hook.proof == Proof::none)
        return true;
    if (hook.secret.empty())
        return false;
    return hook.proof == Proof::token ? shows_secret(hook, request.headers) : is_signed(hook, request);
}

void hide_proof(const Hook& hook, http::ServedRequest& request)
{
    if (hook.proof == Proof::none)
        return;
    request.headers.remove(token_header);
    request.headers.remove("Authorization");
}

} // namespace forager
