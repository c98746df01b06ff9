#include "io/process/kept/keeper_words.hpp"

#include "io/process/kept/packing.hpp"

#include <utility>

namespace forager {

namespace {

constexpr std::size_t head_size = 2 * sizeof(std::uint64_t); // the kind, the size

void pack(Packer& packer, const KeptBegun& word)
{
    packer.number(static_cast<std::uint64_t>(word.process)).number(static_cast<std::uint64_t>(word.age.count()));
}

void pack(Packer& packer, const KeptSoFar& word)
{
    packer.number(word.stream == Stream::err ? 1 : 0).number(word.state.cut);
    packer.text(word.state.head).text(word.state.tail);
}

void pack(Packer& packer, const KeptBytes& word)
{
    packer.number(word.stream == Stream::err ? 1 : 0).text(word.bytes);
}

void pack(Packer& packer, const KeptEnd& word)
{
    packer.number(static_cast<std::uint64_t>(word.status)).number(static_cast<std::uint64_t>(word.elapsed.count()));
}

void pack(Packer& packer, const KeptFailure& word)
{
    packer.text(forager::word(word.failure.code)).text(word.failure.message).number(word.failure.retry ? 1 : 0);
}

Stream stream(Unpacker& from)
{
    return from.number() == 0 ? Stream::out : Stream::err;
}

Duration duration(Unpacker& from)
{
    return Duration{static_cast<Duration::rep>(from.number())};
}

KeptBegun begun(Unpacker& from)
{
    KeptBegun word;
    word.process = static_cast<pid_t>(from.number());
    word.age = duration(from);
    return word;
}

KeptSoFar so_far(Unpacker& from)
{
    KeptSoFar word;
    word.stream = stream(from);
    word.state.cut = from.number();
    word.state.head = from.text();
    word.state.tail = from.text();
    return word;
}

KeptBytes bytes(Unpacker& from)
{
    KeptBytes word;
    word.stream = stream(from);
    word.bytes = from.text();
    return word;
}

KeptEnd end(Unpacker& from)
{
    KeptEnd word;
    word.status = static_cast<int>(from.number());
    word.elapsed = duration(from);
    return word;
}

KeptFailure failure(Unpacker& from)
{
    const Errc code = code_named(from.text()).value_or(Errc::refused);
    Failure failure{code, from.text()};
    failure.retry = from.number() != 0;
    return {std::move(failure)};
}

std::optional<KeeperWord> unpacked(std::uint64_t kind, Unpacker from)
{
    switch (kind) {
    case 0: return begun(from);
    case 1: return so_far(from);
    case 2: return bytes(from);
    case 3: return end(from);
    case 4: return failure(from);
    default: return {};
    }
}

} // namespace

std::string packed(const KeeperWord& word)
{
    Packer body;
    std::visit([&body](const auto& one) { pack(body, one); }, word);
    Packer whole;
    whole.number(word.index()).text(body.take());
    return whole.take();
}

std::optional<KeeperWord> KeeperWords::next()
{
    for (;;) {
        Unpacker whole{begun_};
        const std::uint64_t kind = whole.number();
        const std::string body = whole.text();
        if (!whole.good())
            return {};
        begun_.erase(0, head_size + body.size());
        if (auto word = unpacked(kind, Unpacker{body}))
            return word;
    }
}

} // namespace forager
