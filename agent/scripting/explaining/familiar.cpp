#include "scripting/explaining/familiar.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace forager::scripting {

namespace {

struct Familiar {
    std::string_view table;
    std::string_view names; // some, apart by spaces
    std::string_view hint;
};

constexpr Familiar known[] = {
    {"", "null None undefined NULL", "there is 'nil', and forager.null for JSON's null"},
    {"", "True", "it is written 'true'"},
    {"", "False", "it is written 'false'"},
    {"", "this self", "only functions that are declared with ':' have a 'self'"},
    {"", "ctx context", "the functions that the agent calls get it as their first argument"},
    {"", "forager", "local forager = require \"forager\""},
    {"", "sh", "local sh = require(\"forager\").sh"},
    {"", "http files json kv time env s3 docker k8s python workflow", "it is a part of require \"forager\""},
    {"", "sleep spawn every", "it is a part of require \"forager\""},
    {"", "console printf echo puts println", "there are print(…) and forager.log(FORMAT, …)"},
    {"", "len", "a length is written #list or #text"},
    {"", "str", "tostring(value) gives text"},
    {"", "int float parseInt Number", "tonumber(text) gives a number"},
    {"", "range", "a loop is written: for i = 1, 10 do … end"},
    {"", "isinstance typeof", "type(value) gives the name of its type"},
    {"", "try", "errors are caught by: local ok, problem = pcall(f)"},
    {"", "throw raise", "an error is raised by: error(\"…\")"},
    {"", "await async", "what waits is simply called: there is no await"},
    {"", "io open", "files are read and written with forager.files"},
    {"", "dofile loadfile import", "require \"name\" runs the file name.lua beside the script"},
    {"", "unpack", "it is table.unpack"},
    {"", "loadstring", "it is load"},
    {"", "setfenv getfenv debug package", "scripts have no such library"},
    {"", "exec system popen subprocess", "commands are run with forager.sh"},
    {"", "requests fetch", "requests are sent with forager.http"},
    {"", "setTimeout setInterval", "there are forager.sleep and forager.every"},
    {"forager", "shell exec run execute system command popen cmd bash", "commands are run with forager.sh"},
    {"forager", "fetch request get post curl", "requests are sent with forager.http"},
    {"forager", "read write open fs io file", "files are read and written with forager.files"},
    {"forager", "wait delay", "it is forager.sleep(DURATION)"},
    {"forager", "cron schedule", "a workflow has :cron(EXPRESSION), and there is forager.every(DURATION, f)"},
    {"forager", "task step job", "there are forager.spawn(f), workflow:task { … } and ctx:step(NAME, f)"},
    {"forager", "parallel join gather", "several functions run at once with forager.all(f, g)"},
    {"forager", "define register declare def", "a function is declared with forager.func { name = …, run = … }"},
    {"forager", "print echo info debug warn", "there is forager.log(FORMAT, …)"},
    {"forager", "pg postgres backup", "backups are functions: forager.call(\"backup.backup\", …)"},
    {"forager", "kubernetes kube", "it is forager.k8s"},
    {"forager", "store state", "values are kept with forager.kv"},
    {"os", "execute", "commands are run with forager.sh"},
    {"os", "remove rename tmpname", "there is forager.files.remove, .move and .temp_file"},
    {"os", "exit", "'return' ends a script, and error(…) has it fail"},
    {"os", "sleep", "it is forager.sleep"},
    {"*", "split", "text:gmatch(\"[^,]+\") gives the parts of a text"},
    {"*", "trim strip", "text:match(\"^%s*(.-)%s*$\") is without blanks around it"},
    {"*", "startswith startsWith", "text:sub(1, #start) == start tells"},
    {"*", "replace", "text:gsub(PATTERN, text) replaces"},
    {"*", "toUpperCase", "it is text:upper()"},
    {"*", "toLowerCase", "it is text:lower()"},
    {"*", "contains includes indexOf", "text:find(part, 1, true) finds a text in another"},
    {"*", "push append add", "table.insert(list, value) adds to a list"},
    {"*", "join", "table.concat(list, \", \") joins a list"},
    {"*", "length size", "a length is written #list or #text"},
    {"*", "round", "math.floor(number + 0.5) rounds"},
    {"*", "keys items", "for key, value in pairs(table) do … end goes through a table"},
};

bool is_one_of(std::string_view name, std::string_view names)
{
    const auto words = split(names, ' ');
    return std::ranges::find(words, name) != words.end();
}

} // namespace

std::string familiar(std::string_view table, std::string_view name)
{
    const auto* found = std::ranges::find_if(
        known, [&](const Familiar& one) { return one.table == table && is_one_of(name, one.names); });
    return found == std::end(known) ? std::string{} : " (" + std::string{found->hint} + ")";
}

} // namespace forager::scripting
