// forager repl: tries things, here or inside the running agent.
#include "cli/asking.hpp"
#include "cli/command.hpp"
#include "cli/repl/attached.hpp"
#include "cli/repl/here.hpp"
#include "cli/repl/talk.hpp"
#include "scripting/module_file.hpp"

#include <filesystem>

namespace forager::cli {

namespace {

struct ReplOptions {
    Common common;
    std::string file;
    bool attach = false;
};

Result<std::unique_ptr<Evaluator>> made_here(const std::string& file, App& app, Printer& printer)
{
    const auto script = app.script(file.empty() ? "repl" : file, scripting::Script::Mode::run);
    const auto loaded = file.empty() ? script->load("") : script->load();
    if (!loaded)
        return loaded.error();
    return std::make_unique<Here>(app, script, printer);
}

// The script goes as its text: the agent need not be able to read it.
Result<std::unique_ptr<Evaluator>> made_attached(const ReplOptions& options, App& app, Printer& printer)
{
    const auto socket = socket_for(options.common);
    if (!socket)
        return socket.error();
    Object wanted;
    if (!options.file.empty()) {
        auto text = scripting::read_script(options.file);
        if (!text)
            return text.error();
        if (const auto fine = app.script(options.file, scripting::Script::Mode::check)->load(*text); !fine)
            return fine.error();
        std::error_code error;
        wanted.append("file", std::filesystem::absolute(options.file, error).string());
        wanted.append("text", std::move(*text));
    }
    return std::make_unique<Attached>(app, *socket, std::move(wanted), printer);
}

int repl(const ReplOptions& options)
{
    return talk(options.common, [&](App& app, Printer& printer) {
        return options.attach ? made_attached(options, app, printer) : made_here(options.file, app, printer);
    });
}

} // namespace

void add_repl(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<ReplOptions>();
    CLI::App* command = add_command(program, "repl",
                                    "Try things: type Lua, and see what it gives. Globals stay, a 'local' is its "
                                    "input's own. Reads a pipe, too: all inputs are run, exit 1 when one failed",
                                    options->common);
    add_operand(*command, "FILE", options->file, "A script to load first");
    command->add_flag("--attach", options->attach, "Inside the running agent, with its functions");
    command->callback([options, &chosen] { chosen = [options] { return repl(*options); }; });
}

} // namespace forager::cli
