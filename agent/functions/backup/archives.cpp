#include "functions/backup/archives.hpp"

#include "primitives/unix.hpp"

#include <utility>

namespace forager::backup {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kept_output = std::size_t{64} * 1024; // of a list of perhaps a million names
constexpr int some_changed = 1; // tar's status: the archive is whole but for files that changed meanwhile

Command tar(const postgres::Hands& hands, std::vector<std::string> argv)
{
    Command command;
    command.argv = {"tar", "--gzip", "--file=-"};
    command.argv.insert(command.argv.end(), argv.begin(), argv.end());
    command.env = {{"LC_ALL", "C.UTF-8"}, {"LANGUAGE", "C"}, {"TAR_OPTIONS", ""}};
    command.scope = hands.scope;
    return command;
}

asio::awaitable<Result<void>> ended(postgres::Hands hands, Command command, std::string what, bool allow_changes)
{
    command.title = "tar";
    auto done = co_await hands.processes.run(std::move(command));
    if (!done)
        co_return done.error();
    if (done->code == 0 || (done->code == some_changed && allow_changes))
        co_return Result<void>{};
    const int code = done->code;
    const std::string why = code == some_changed ? what + ": files changed while they were read (allow_changes = true "
                                                          "takes them as they are): "
                                                 : what + ": ";
    std::string message = why + last_words(done->err);
    co_return exit_failure(std::move(message), code, std::move(*done));
}

} // namespace

asio::awaitable<Result<void>> pack(postgres::Hands hands, Packing packing, ByteSink& sink)
{
    std::vector<std::string> argv = {"--create", "--sparse", "--directory=" + packing.folder};
    for (const std::string& pattern : packing.exclude)
        argv.push_back("--exclude=" + pattern);
    argv.emplace_back(".");
    Command command = tar(hands, std::move(argv));
    command.sink = &sink;
    command.lines = hands.lines;
    return ended(hands, std::move(command), "cannot pack '" + packing.folder + "'", packing.allow_changes);
}

asio::awaitable<Result<void>> unpack(postgres::Hands hands, std::string folder, ByteSource& source)
{
    Command command = tar(hands, {"--extract", "--preserve-permissions", "--directory=" + folder});
    command.source = &source;
    command.lines = hands.lines;
    return ended(hands, std::move(command), "cannot unpack into '" + folder + "'", false);
}

asio::awaitable<Result<void>> check_archive(postgres::Hands hands, ByteSource& source)
{
    Command command = tar(hands, {"--list"});
    command.source = &source;
    command.limit = kept_output;
    return ended(hands, std::move(command), "this is no whole archive", false);
}

} // namespace forager::backup
