#include "cli/fs/asking.hpp"

#include "base/text.hpp"
#include "cli/colony/member.hpp"
#include "cli/output.hpp"

#include <memory>
#include <utility>

namespace forager::cli {

namespace asio = boost::asio;

namespace {

asio::awaitable<Outcome> done(App& app, const FilesWork& work, Progress& progress, const Invocation& shown)
{
    auto files = app.files();
    if (!files)
        co_return files.error();
    auto outcome = co_await work(**files, [&](std::string_view text) { progress.how_far(shown, text); });
    co_return outcome;
}

} // namespace

int with_files(const Common& common, const std::string& name, const FilesWork& work,
               const std::function<std::string(const Value&)>& shown)
{
    const auto progress = make_progress(common);
    Invocation display;
    display.label = name;
    const Ending ending =
        colony_answer(common, *progress, [&](App& app, ColonyMember&) { return done(app, work, *progress, display); });
    return print_ending(ending, common, [&](const Value& answer) { return printable(shown(answer)); });
}

TransferProgress telling_bytes(std::function<void(std::string_view)> tell)
{
    return [tell = std::move(tell)](std::uint64_t so_far, std::optional<std::uint64_t> whole) {
        tell(bytes_text(so_far) + (whole ? " of " + bytes_text(*whole) : ""));
    };
}

std::string counted(std::int64_t count, const std::string& noun)
{
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

} // namespace forager::cli
