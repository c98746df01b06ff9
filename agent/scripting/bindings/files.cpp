// Files and archives.
#include "scripting/bindings/bindings.hpp"

#include "primitives/files/files.hpp"
#include "scripting/script.hpp"

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

Files files_of(const Request& request)
{
    return Files{request.script.world().pool};
}

// Lua has checked the types of all arguments.
std::string text(const Request& request, std::size_t index)
{
    const auto* text = request.arg(index).get<std::string>();
    return text == nullptr ? std::string{} : *text;
}

std::optional<std::int64_t> number(const Value& options, std::string_view name)
{
    const Value* value = option(options, name);
    const auto* whole = value == nullptr ? nullptr : value->get<std::int64_t>();
    return whole == nullptr ? std::nullopt : std::optional{*whole};
}

std::vector<std::string> texts(const Value& list)
{
    std::vector<std::string> result;
    if (const auto* items = list.get<Array>())
        for (const Value& item : *items)
            result.push_back(*item.get<std::string>());
    return result;
}

Value to_list(std::vector<std::string> names)
{
    Array list;
    for (std::string& name : names)
        list.push_back(std::move(name));
    return Value{std::move(list)};
}

Outcome nothing(const Result<void>& result)
{
    if (!result)
        return result.error();
    return Outputs{};
}

template <class T> Outcome one(Result<T> result)
{
    if (!result)
        return result.error();
    return Outputs{Value{std::move(*result)}};
}

Outcome one(Result<std::vector<std::string>> result)
{
    if (!result)
        return result.error();
    return Outputs{to_list(std::move(*result))};
}

asio::awaitable<Outcome> read(Request request)
{
    const auto limit = number(request.arg(1), "limit");
    auto bytes =
        co_await files_of(request).read(text(request, 0), limit ? static_cast<std::size_t>(*limit) : usual_read_limit);
    co_return one(std::move(bytes));
}

asio::awaitable<Outcome> write(Request request)
{
    const Value& given = request.arg(2);
    WriteOptions options;
    options.append = flag_option(given, "append", false);
    options.exclusive = flag_option(given, "exclusive", false);
    if (const auto mode = number(given, "mode"))
        options.mode = static_cast<mode_t>(*mode);
    auto written = co_await files_of(request).write(text(request, 0), text(request, 1), options);
    co_return nothing(written);
}

CopyOptions copy_options(const Request& request)
{
    CopyOptions options;
    options.overwrite = flag_option(request.arg(2), "overwrite", true);
    return options;
}

asio::awaitable<Outcome> copy(Request request)
{
    auto done = co_await files_of(request).copy(text(request, 0), text(request, 1), copy_options(request));
    co_return nothing(done);
}

asio::awaitable<Outcome> move(Request request)
{
    auto done = co_await files_of(request).move(text(request, 0), text(request, 1), copy_options(request));
    co_return nothing(done);
}

asio::awaitable<Outcome> remove(Request request)
{
    RemoveOptions options;
    options.tree = flag_option(request.arg(1), "tree", false);
    auto removed = co_await files_of(request).remove(text(request, 0), options);
    co_return one(std::move(removed));
}

asio::awaitable<Outcome> make_folder(Request request)
{
    FolderOptions options;
    options.parents = flag_option(request.arg(1), "parents", true);
    auto made = co_await files_of(request).make_folder(text(request, 0), options);
    co_return one(std::move(made));
}

asio::awaitable<Outcome> list(Request request)
{
    auto names = co_await files_of(request).list(text(request, 0));
    co_return one(std::move(names));
}

asio::awaitable<Outcome> status(Request request)
{
    auto found = co_await files_of(request).status(text(request, 0));
    if (!found)
        co_return found.error();
    if (!*found)
        co_return Outputs{};
    const FileStatus& status = **found;
    co_return Outputs{Value{
        Object{{"size", status.size}, {"modified", status.modified}, {"type", status.type}, {"mode", status.mode}}}};
}

asio::awaitable<Outcome> exists(Request request)
{
    auto found = co_await files_of(request).exists(text(request, 0));
    co_return one(std::move(found));
}

asio::awaitable<Outcome> glob(Request request)
{
    auto names = co_await files_of(request).glob(text(request, 0));
    co_return one(std::move(names));
}

asio::awaitable<Outcome> temp_file(Request request)
{
    auto path = co_await files_of(request).temp_file(text(request, 0));
    co_return one(std::move(path));
}

asio::awaitable<Outcome> temp_folder(Request request)
{
    auto path = co_await files_of(request).temp_folder(text(request, 0));
    co_return one(std::move(path));
}

asio::awaitable<Outcome> hash(Request request)
{
    auto sum = co_await files_of(request).hash(text(request, 0), text(request, 1));
    co_return one(std::move(sum));
}

asio::awaitable<Outcome> archive(Request request)
{
    const Value& given = request.arg(2);
    ArchiveOptions options;
    options.format = text_option(given, "format");
    options.base = text_option(given, "base");
    auto made = co_await files_of(request).create_archive(text(request, 0), texts(request.arg(1)), options);
    if (!made)
        co_return made.error();
    co_return Outputs{Value{
        Object{{"path", made->path}, {"size", made->size}, {"entries", made->entries}, {"skipped", made->skipped}}}};
}

asio::awaitable<Outcome> extract(Request request)
{
    const Value& given = request.arg(2);
    ExtractOptions options;
    options.overwrite = flag_option(given, "overwrite", false);
    if (const auto most = number(given, "most_bytes"))
        options.most_bytes = static_cast<std::uint64_t>(*most);
    if (const auto most = number(given, "most_entries"))
        options.most_entries = static_cast<std::size_t>(*most);
    auto done = co_await files_of(request).extract_archive(text(request, 0), text(request, 1), options);
    if (!done)
        co_return done.error();
    co_return Outputs{Value{Object{{"path", done->path}, {"bytes", done->bytes}, {"entries", done->entries}}}};
}

asio::awaitable<Outcome> list_archive(Request request)
{
    auto entries = co_await files_of(request).list_archive(text(request, 0));
    if (!entries)
        co_return entries.error();
    Array list;
    for (const ArchiveEntry& entry : *entries)
        list.push_back(Object{{"name", entry.name},
                              {"type", entry.type},
                              {"size", entry.size},
                              {"modified", entry.modified},
                              {"mode", entry.mode}});
    co_return Outputs{Value{std::move(list)}};
}

constexpr Binding bindings[] = {
    {"files_read", read, R"("")"},
    {"files_write", write},
    {"files_copy", copy},
    {"files_move", move},
    {"files_remove", remove, "true"},
    {"files_make_folder", make_folder, "true"},
    {"files_list", list, "[]"},
    {"files_status", status},
    {"files_exists", exists, "true"},
    {"files_glob", glob, "[]"},
    {"files_temp_file", temp_file, R"("/tmp/forager-check")"},
    {"files_temp_folder", temp_folder, R"("/tmp/forager-check")"},
    {"files_hash", hash, R"("")"},
    {"files_archive", archive, R"({"path":"","size":0,"entries":0,"skipped":0})"},
    {"files_extract", extract, R"({"path":"","bytes":0,"entries":0})"},
    {"files_list_archive", list_archive, "[]"},
};

} // namespace

std::span<const Binding> file_bindings()
{
    return bindings;
}

} // namespace forager::scripting
