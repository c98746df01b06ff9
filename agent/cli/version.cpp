// forager version.
#include "base/version.hpp"

#include "cli/command.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "io/formats/json.hpp"

namespace forager::cli {

namespace {

int print_version(const Common& common)
{
    if (common.json)
        write_out(to_json(Value{Object{{"ok", true}, {"result", Object{{"version", version}}}}}) + "\n");
    else
        write_out(std::string{"forager "} + version + "\n");
    return Exit::done;
}

} // namespace

void add_version(CLI::App& program, Action& chosen)
{
    const auto common = std::make_shared<Common>();
    add_command(program, "version", "Print the version", *common)->callback([common, &chosen] {
        chosen = [common] { return print_version(*common); };
    });
}

} // namespace forager::cli
