// forager describe: all that there is to say of one document.
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/documents/asking.hpp"
#include "cli/documents/colony.hpp"
#include "cli/documents/description.hpp"

#include <memory>

namespace forager::cli {

namespace {

struct DescribeOptions {
    Common common;
    std::string what;
    bool colony = false;
};

int describe_one(const DescribeOptions& options)
{
    if (options.colony)
        return describe_in_colony(options.common, options.what);
    return ask(options.common, getting(place_of(options.what)), described);
}

} // namespace

void add_describe(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<DescribeOptions>();
    CLI::App* command = add_command(program, "describe",
                                    "Show a document: how it is, its replicas, what was done and why", options->common);
    add_operand(*command, "KIND/NAME|NAME", options->what, "The document")->required();
    command->add_flag("--colony", options->colony, "A blueprint of the colony of the configuration");
    command->callback([options, &chosen] { chosen = [options] { return describe_one(*options); }; });
}

} // namespace forager::cli
