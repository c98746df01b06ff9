// Files and archives.
#include "scripting/bindings/bindings.hpp"

#include "primitives/files/files.hpp"
#include "scripting/script.hpp"

#include <type_traits>

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

// Lua has checked the types of all arguments.
std::string text(const Request& request, std::size_t index)
{
    const auto* text = request.arg(index).get<std::string>();
    return text == nullptr ? std::string{} : *text;
}

std::vector<std::string> texts(const Value& list)
{
    std::vector<std::string> result;
    if (const auto* items = list.get<Array>())
        for (const Value& item : *items)
            result.push_back(*item.get<std::string>());
    return result;
}

Value data_of(std::string text)
{
    return Value{std::move(text)};
}

Value data_of(bool flag)
{
    return Value{flag};
}

Value data_of(const FileStatus& status)
{
    return Object{{"size", status.size}, {"modified", status.modified}, {"type", status.type}, {"mode", status.mode}};
}

Value data_of(const Archive& made)
{
    return Object{{"path", made.path}, {"size", made.size}, {"entries", made.entries}, {"skipped", made.skipped}};
}

Value data_of(const Extracted& done)
{
    return Object{{"path", done.path}, {"bytes", done.bytes}, {"entries", done.entries}};
}

Value data_of(const ArchiveEntry& entry)
{
    return Object{{"name", entry.name},
                  {"type", entry.type},
                  {"size", entry.size},
                  {"modified", entry.modified},
                  {"mode", entry.mode}};
}

template <class T> Value data_of(std::vector<T> items)
{
    Array list;
    for (T& item : items)
        list.push_back(data_of(std::move(item)));
    return Value{std::move(list)};
}

template <class T> Outputs outputs_of(T value)
{
    return {data_of(std::move(value))};
}

template <class T> Outputs outputs_of(std::optional<T> value)
{
    return value ? Outputs{data_of(*value)} : Outputs{};
}

// Calls a method and gives its value as data.
template <class T, class... Args>
asio::awaitable<Outcome> answer(BlockingPool& pool, Files::Answer<T> (Files::*method)(Args...),
                                std::type_identity_t<Args>... args)
{
    Files files{pool};
    Result<T> result = co_await (files.*method)(std::move(args)...);
    if (!result)
        co_return result.error();
    if constexpr (std::is_void_v<T>)
        co_return Outputs{};
    else
        co_return outputs_of(std::move(*result));
}

BlockingPool& pool_of(const Request& request)
{
    return request.script.world().pool;
}

// For methods that take nothing but a path, or the like.
template <auto Method> asio::awaitable<Outcome> with_text(Request request)
{
    return answer(pool_of(request), Method, text(request, 0));
}

asio::awaitable<Outcome> read(Request request)
{
    const auto limit = whole_option(request.arg(1), "limit");
    return answer(pool_of(request), &Files::read, text(request, 0),
                  limit ? static_cast<std::size_t>(*limit) : usual_read_limit);
}

asio::awaitable<Outcome> write(Request request)
{
    const Value& given = request.arg(2);
    WriteOptions options;
    options.append = flag_option(given, "append", false);
    options.exclusive = flag_option(given, "exclusive", false);
    if (const auto mode = whole_option(given, "mode"))
        options.mode = static_cast<mode_t>(*mode);
    return answer(pool_of(request), &Files::write, text(request, 0), text(request, 1), options);
}

template <auto Method> asio::awaitable<Outcome> copy_or_move(Request request)
{
    CopyOptions options;
    options.overwrite = flag_option(request.arg(2), "overwrite", true);
    return answer(pool_of(request), Method, text(request, 0), text(request, 1), options);
}

asio::awaitable<Outcome> remove(Request request)
{
    RemoveOptions options;
    options.tree = flag_option(request.arg(1), "tree", false);
    return answer(pool_of(request), &Files::remove, text(request, 0), options);
}

asio::awaitable<Outcome> make_folder(Request request)
{
    FolderOptions options;
    options.parents = flag_option(request.arg(1), "parents", true);
    return answer(pool_of(request), &Files::make_folder, text(request, 0), options);
}

asio::awaitable<Outcome> hash(Request request)
{
    return answer(pool_of(request), &Files::hash, text(request, 0), text(request, 1));
}

asio::awaitable<Outcome> archive(Request request)
{
    const Value& given = request.arg(2);
    ArchiveOptions options;
    options.format = text_option(given, "format");
    options.base = text_option(given, "base");
    return answer(pool_of(request), &Files::create_archive, text(request, 0), texts(request.arg(1)), options);
}

asio::awaitable<Outcome> extract(Request request)
{
    const Value& given = request.arg(2);
    ExtractOptions options;
    options.overwrite = flag_option(given, "overwrite", false);
    if (const auto most = whole_option(given, "most_bytes"))
        options.most_bytes = static_cast<std::uint64_t>(*most);
    if (const auto most = whole_option(given, "most_entries"))
        options.most_entries = static_cast<std::size_t>(*most);
    return answer(pool_of(request), &Files::extract_archive, text(request, 0), text(request, 1), options);
}

constexpr Binding bindings[] = {
    {"files_read", Outside{read}, R"("")"},
    {"files_write", Outside{write}},
    {"files_copy", Outside{copy_or_move<&Files::copy>}},
    {"files_move", Outside{copy_or_move<&Files::move>}},
    {"files_remove", Outside{remove}, "true"},
    {"files_make_folder", Outside{make_folder}, "true"},
    {"files_list", Outside{with_text<&Files::list>}, "[]"},
    {"files_status", Outside{with_text<&Files::status>}},
    {"files_exists", Outside{with_text<&Files::exists>}, "true"},
    {"files_glob", Outside{with_text<&Files::glob>}, "[]"},
    {"files_temp_file", Outside{with_text<&Files::temp_file>}, R"("/tmp/forager-check")"},
    {"files_temp_folder", Outside{with_text<&Files::temp_folder>}, R"("/tmp/forager-check")"},
    {"files_hash", Outside{hash}, R"("")"},
    {"files_archive", Outside{archive}, R"({"path":"","size":0,"entries":0,"skipped":0})"},
    {"files_extract", Outside{extract}, R"({"path":"","bytes":0,"entries":0})"},
    {"files_list_archive", Outside{with_text<&Files::list_archive>}, "[]"},
};

} // namespace

std::span<const Binding> file_bindings()
{
    return bindings;
}

} // namespace forager::scripting
