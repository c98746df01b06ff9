// forager init: a folder to begin in.
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "cli/starter.hpp"
#include "io/formats/json.hpp"
#include "io/system_failure.hpp"

#include <cerrno>
#include <filesystem>
#include <memory>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace forager::cli {

namespace {

// Where the settings of the editors look for them.
constexpr std::string_view stub_folder = ".forager/meta";

struct InitOptions {
    Common common;
    std::string folder;
};

struct Made {
    Array made;
    Array kept; // were there already
    std::size_t stubs = 0;
};

Result<void> write_all(int file, std::string_view text, const std::string& path)
{
    while (!text.empty()) {
        const ssize_t written = ::write(file, text.data(), text.size());
        if (written < 0 && errno != EINTR)
            return system_failure("cannot write '" + path + "'", errno);
        if (written > 0)
            text.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

// False: there is something of this name, which stays as it is.
Result<bool> make_file(const std::string& path, std::string_view text)
{
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path{path}.parent_path(), error);
    if (error)
        return system_failure("cannot make the folder of '" + path + "'", error.value());
    Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)};
    if (!file && errno == EEXIST)
        return false;
    if (!file)
        return system_failure("cannot make '" + path + "'", errno);
    if (auto written = write_all(file.number(), text, path); !written) {
        ::unlink(path.c_str());
        return written.error();
    }
    return true;
}

Result<void> make_starter(const std::string& folder, Made& made)
{
    for (const auto& [name, text] : starter_files()) {
        const auto is_new = make_file(folder + "/" + std::string{name}, text);
        if (!is_new)
            return is_new.error();
        (*is_new ? made.made : made.kept).emplace_back(std::string{name});
    }
    return {};
}

Result<void> make_stubs(const std::string& folder, Made& made)
{
    for (const auto& [name, text] : stub_files()) {
        const auto is_new = make_file(folder + "/" + std::string{stub_folder} + "/" + std::string{name}, text);
        if (!is_new)
            return is_new.error();
        made.stubs += *is_new ? 1 : 0;
    }
    if (made.stubs > 0)
        made.made.emplace_back(std::string{stub_folder});
    else
        made.kept.emplace_back(std::string{stub_folder});
    return {};
}

std::string for_people_of(const Made& made)
{
    std::string text;
    for (const Value& name : made.made)
        text += "made " + *name.get<std::string>() + "\n";
    for (const Value& name : made.kept)
        text += "kept " + *name.get<std::string>() + ", which was there\n";
    return text + "README.md says how to begin\n";
}

int init(const InitOptions& options)
{
    Made made;
    for (const auto make : {make_starter, make_stubs})
        if (auto done = make(options.folder, made); !done)
            return print_failure(done.error(), options.common);
    if (options.common.json)
        write_out(to_json(Value{Object{{"ok", true}, {"result", Object{{"made", made.made}, {"kept", made.kept}}}}}) +
                  "\n");
    else
        write_out(printable(for_people_of(made)));
    return Exit::done;
}

} // namespace

void add_init(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<InitOptions>();
    options->folder = ".";
    CLI::App* command =
        add_command(program, "init", "Make a folder to begin in: a script, editor settings; nothing is overwritten",
                    options->common);
    add_operand(*command, "FOLDER", options->folder, "Where, by default here");
    command->callback([options, &chosen] { chosen = [options] { return init(*options); }; });
}

} // namespace forager::cli
