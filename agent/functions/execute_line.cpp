#include "functions/execute_line.hpp"

#include "base/text.hpp"
#include "core/file_mounts.hpp"
#include "core/options.hpp"
#include "functions/builtin_function.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace forager {

namespace {

const std::vector<std::string> usual = {"cmd",          "args",   "init-cmd",      "keep_snapshots",
                                        "docker-image", "debug",  "rebuild-image", "fs",
                                        "cpus",         "memory", "gpus",          "onfailure"};

Result<std::string> program_of(const Object& kwargs, const std::string& name)
{
    auto program = text_argument(kwargs, "cmd");
    if (program && *program && !(*program)->empty())
        return std::move(**program);
    const std::string why =
        program ? name + " needs a command, as text, for its argument 'cmd'" : program.error().message;
    return Failure{Errc::bad_arguments, "Failed to parse cmd kwarg: " + why};
}

Result<std::string> arguments_of(const Object& kwargs)
{
    std::string line;
    const Value* args = option(kwargs, "args");
    if (args == nullptr)
        return line;
    const auto* list = args->get<Array>();
    if (list == nullptr)
        return invalid_argument(": 'args' must be a list, not a " + std::string{args->type_name()});
    for (const Value& word : *list)
        line += (line.empty() ? "" : " ") + as_word(word);
    return line;
}

} // namespace

Result<void> only_execute_keywords(const Invocation& invocation, const std::string& name,
                                   std::span<const std::string> more)
{
    std::vector<std::string> keywords = usual;
    keywords.insert(keywords.end(), more.begin(), more.end());
    if (!invocation.args.empty())
        return invalid_argument(": " + name + " takes keyword arguments alone, " + listed(keywords));
    if (auto known = only_arguments(invocation.kwargs, keywords); !known)
        return known;
    for (const char* flag_name : {"keep_snapshots", "onfailure", "debug", "rebuild-image"})
        if (auto flag = flag_argument(invocation.kwargs, flag_name, false); !flag)
            return flag.error();
    return {};
}

Result<std::string> execute_line(const Invocation& invocation, const std::string& name)
{
    auto program = program_of(invocation.kwargs, name);
    if (!program)
        return program.error();
    auto arguments = arguments_of(invocation.kwargs);
    if (!arguments)
        return arguments.error();
    auto first = text_argument(invocation.kwargs, "init-cmd");
    if (!first)
        return first.error();
    std::string line = first->value_or("");
    line += line.empty() ? "" : ";";
    line += with_process_id(std::move(*program), invocation.id);
    line += arguments->empty() ? "" : " " + with_process_id(std::move(*arguments), invocation.id);
    return line;
}

} // namespace forager
