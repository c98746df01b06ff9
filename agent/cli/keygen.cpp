// forager keygen: private keys for colonies, and the ids that belong to them.
#include "clients/colonies/key.hpp"

#include "cli/command.hpp"
#include "cli/exit.hpp"
#include "cli/output.hpp"
#include "io/formats/json.hpp"
#include "io/system_failure.hpp"

#include <cerrno>
#include <memory>
#include <optional>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace forager::cli {

namespace {

using colonies::PrivateKey;

constexpr std::size_t longest_input = 1000; // a key, and blanks around it

struct KeygenOptions {
    Common common;
    std::string out;
    std::string file;
    bool id = false;
};

Result<void> write_all(int file, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t written = ::write(file, text.data(), text.size());
        if (written < 0 && errno != EINTR)
            return system_failure("cannot write the key", errno);
        if (written > 0)
            text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(file) != 0 && errno != EINVAL)
        return system_failure("cannot write the key", errno);
    return {};
}

// For its owner alone, from the first moment on.
Result<void> save(const PrivateKey& key, const std::string& path)
{
    Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR)};
    if (!file && errno == EEXIST)
        return Failure{Errc::refused, "'" + path + "' is there already, and no key is overwritten: name another file"};
    if (!file)
        return system_failure("cannot write '" + path + "'", errno);
    auto written = write_all(file.number(), key.reveal() + "\n");
    if (written.has_value() && !file.close())
        written = system_failure("cannot write the key", errno);
    if (written.has_error())
        ::unlink(path.c_str());
    return written;
}

Result<std::string> read_all(int file, const std::string& name)
{
    std::string text;
    char space[256];
    for (;;) {
        const ssize_t count = ::read(file, space, sizeof space);
        if (count < 0 && errno != EINTR)
            return system_failure("cannot read " + name, errno);
        if (count == 0)
            return text;
        if (count > 0)
            text.append(space, static_cast<std::size_t>(count));
        if (text.size() > longest_input)
            return Failure{Errc::bad_arguments, name + " holds more than a key"};
    }
}

Result<PrivateKey> read_key(const std::string& path)
{
    Descriptor file;
    if (!path.empty()) {
        file = Descriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
        if (!file)
            return system_failure("cannot read '" + path + "'", errno);
    }
    const auto text = read_all(file ? file.number() : STDIN_FILENO, path.empty() ? "stdin" : "'" + path + "'");
    if (text.has_error())
        return text.error();
    return PrivateKey::from_hex(*text);
}

void print(const Object& result, const std::string& for_people, const Common& common)
{
    if (common.json)
        write_out(to_json(Value{Object{{"ok", true}, {"result", result}}}) + "\n");
    else
        write_out(for_people + "\n");
}

int print_id(const KeygenOptions& options)
{
    const auto key = read_key(options.file);
    if (key.has_error())
        return print_failure(key.error(), options.common);
    print({{"id", key->id()}}, key->id(), options.common);
    return Exit::done;
}

int save_new(const KeygenOptions& options)
{
    const auto key = PrivateKey::generate();
    if (const auto saved = save(key, options.out); saved.has_error())
        return print_failure(saved.error(), options.common);
    print({{"id", key.id()}, {"file", options.out}}, key.id(), options.common);
    return Exit::done;
}

int print_new(const Common& common)
{
    const auto key = PrivateKey::generate();
    print({{"key", key.reveal()}, {"id", key.id()}}, "key " + key.reveal() + "\nid  " + key.id(), common);
    return Exit::done;
}

int keygen(const KeygenOptions& options)
{
    if (options.id)
        return print_id(options);
    return options.out.empty() ? print_new(options.common) : save_new(options);
}

} // namespace

void add_keygen(CLI::App& program, Action& chosen)
{
    const auto options = std::make_shared<KeygenOptions>();
    CLI::App* command = add_command(program, "keygen", "Make a private key for a colony, with its id", options->common);
    CLI::Option* out = command->add_option("--out", options->out,
                                           "Write the key to a new file, for its owner alone, and print the id");
    out->type_name("FILE");
    CLI::Option* id =
        command->add_flag("--id", options->id, "Make no key: print the id of the one in FILE, or on stdin");
    id->excludes(out);
    add_operand(*command, "FILE", options->file, "A key, for --id")->needs(id);
    command->callback([options, &chosen] { chosen = [options] { return keygen(*options); }; });
}

} // namespace forager::cli
