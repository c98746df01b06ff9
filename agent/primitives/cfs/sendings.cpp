#include "primitives/cfs/sendings.hpp"

#include "clients/colonies/calls/files.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/digest.hpp"
#include "io/formats/json.hpp"
#include "primitives/files/content.hpp"
#include "primitives/files/files.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

namespace forager::cfs {

namespace asio = boost::asio;

namespace {

constexpr std::size_t largest = std::size_t{64} * 1024 * 1024; // of a list of many uploads

} // namespace

Sendings::Sendings(Files files, const std::string& what) : files_{std::move(files)}
{
    if (const std::string& folder = files_.config().cache_dir; !folder.empty())
        file_ = folder + "/sending-" + to_hex(digest(Digest::sha256, what)).substr(0, 32);
}

asio::awaitable<void> Sendings::begin(const std::vector<Upload>& uploads)
{
    if (file_.empty())
        co_return;
    co_await files_.pool().run([&] {
        load();
        for (const Upload& upload : uploads)
            left_.insert_or_assign(key_of(files_, upload), Sending{upload.label, upload.name});
        save();
        return true;
    });
}

asio::awaitable<void> Sendings::end(bool through)
{
    if (file_.empty())
        co_return;
    const auto left = through ? left_ : decltype(left_){};
    for (const auto& [key, sending] : left)
        if (co_await remove(key, sending))
            left_.erase(key);
    co_await files_.pool().run([&] {
        save();
        return true;
    });
}

// What is recorded all the same stays. Only an answer with a list counts: anybody on the way may say that there is
// nothing. A store that forbids this is not asked for ever.
asio::awaitable<bool> Sendings::remove(std::string key, Sending sending)
{
    const auto listed = co_await colonies::get_files(files_.member().caller(), files_.member().colony(), sending.label);
    if (listed.has_error())
        co_return false;
    const auto there = co_await is_recorded(files_, sending.label, sending.name, key);
    if (there.has_error() || *there)
        co_return there.has_value();
    const auto uploads = co_await files_.objects().unfinished(key);
    if (uploads.has_value())
        for (const UnfinishedUpload& upload : *uploads)
            (void)co_await files_.objects().abandon(upload);
    const auto removed = co_await files_.objects().remove(key);
    co_return removed.has_value() || removed.error().code == Errc::refused;
}

// One that cannot be read is none: the bytes it stands for take room, and no more.
void Sendings::load()
{
    const auto text = forager::blocking::read(file_, largest);
    was_there_ = text.has_value();
    const auto value = text ? parse_json(*text) : Result<Value>{text.error()};
    const auto* list = value ? value->get<Object>() : nullptr;
    if (list == nullptr)
        return;
    for (const Member& one : *list)
        if (const auto* fields = one.value.get<Object>())
            left_[one.name] = {part<std::string>(*fields, "label"), part<std::string>(*fields, "name")};
}

void Sendings::save()
{
    if (left_.empty() && was_there_)
        (void)forager::blocking::remove(file_, {});
    if (left_.empty()) {
        was_there_ = false;
        return;
    }
    Object list;
    for (const auto& [key, sending] : left_)
        list.append(key, Object{{"label", sending.label}, {"name", sending.name}});
    std::error_code ignored;
    std::filesystem::create_directories(files_.config().cache_dir, ignored);
    WriteOptions options;
    options.mode = 0600;
    was_there_ = forager::blocking::write(file_, to_json(Value{std::move(list)}), options).has_value();
}

} // namespace forager::cfs
