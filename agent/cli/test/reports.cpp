#include "cli/test/reports.hpp"

#include "base/text.hpp"
#include "io/formats/json.hpp"

#include <cstdio>
#include <utility>

namespace forager::cli {

namespace {

constexpr const char* red = "\x1b[31m";
constexpr const char* green = "\x1b[32m";
constexpr const char* dim = "\x1b[2m";

std::string painted(const std::string& text, const char* colour, bool colours)
{
    return colours ? colour + text + "\x1b[0m" : text;
}

std::string indented(const std::string& text, const std::string& indent)
{
    std::string lines;
    for (const std::string_view line : split(trimmed(text), '\n'))
        lines += indent + std::string{line} + "\n";
    return lines;
}

// The place, the sentence, and how the script came there.
std::string words_of(const Failure& failure)
{
    std::string text = (failure.where.empty() ? "" : failure.where + ": ") + failure.message;
    if (!failure.traceback.empty())
        text += "\n" + failure.traceback;
    return printable(text);
}

std::string details_of(const TestResult& test)
{
    std::string text = indented(words_of(test.failure), "        ");
    if (test.lines.empty())
        return text;
    text += "        it printed:\n";
    constexpr std::size_t most = 40;
    const std::size_t first = test.lines.size() > most ? test.lines.size() - most : 0;
    if (first > 0)
        text += "          … " + std::to_string(first) + " more before\n";
    for (std::size_t i = first; i < test.lines.size(); ++i)
        text += "          " + printable(test.lines[i]) + "\n";
    return text;
}

std::string text_of(const TestResult& test, bool colours)
{
    const std::string name = printable(test.name) + "\n";
    if (test.state == TestState::passed)
        return "    " + painted("ok", green, colours) + "    " + name;
    if (test.state == TestState::skipped)
        return "    " + painted("skip", dim, colours) + "  " + printable(test.name + ": " + test.failure.message) +
               "\n";
    return "    " + painted("FAIL", red, colours) + "  " + name + details_of(test);
}

std::string number(std::size_t count, const std::string& noun)
{
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string seconds_text(double seconds)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", seconds);
    return text;
}

std::string escaped(std::string_view text)
{
    std::string xml;
    for (const char c : printable(text)) {
        switch (c) {
        case '&': xml += "&amp;"; break;
        case '<': xml += "&lt;"; break;
        case '>': xml += "&gt;"; break;
        case '"': xml += "&quot;"; break;
        default: xml += c;
        }
    }
    return is_utf8(xml) ? xml : "(this is no UTF-8)";
}

std::string joined(const std::vector<std::string>& lines)
{
    std::string text;
    for (const std::string& line : lines)
        text += line + "\n";
    return text;
}

double seconds_of(const TestFileResult& file)
{
    double seconds = 0;
    for (const TestResult& test : file.tests)
        seconds += test.seconds;
    return seconds;
}

std::string case_of(const TestFileResult& file, const TestResult& test)
{
    std::string xml = R"(    <testcase classname=")" + escaped(file.path) + R"(" name=")" + escaped(test.name) +
                      R"(" time=")" + seconds_text(test.seconds) + "\">\n";
    if (test.state == TestState::skipped)
        xml += R"(      <skipped message=")" + escaped(test.failure.message) + "\"/>\n";
    if (test.state == TestState::failed)
        xml += R"(      <failure message=")" + escaped(test.failure.message) + "\">" + escaped(words_of(test.failure)) +
               "</failure>\n";
    if (!test.lines.empty())
        xml += "      <system-out>" + escaped(joined(test.lines)) + "</system-out>\n";
    return xml + "    </testcase>\n";
}

std::string suite_of(const TestFileResult& file)
{
    const TestCounts counts = counts_of({file});
    std::string xml = R"(  <testsuite name=")" + escaped(file.path) + R"(" tests=")" +
                      std::to_string(file.tests.size() + counts.problems) + R"(" failures=")" +
                      std::to_string(counts.failed) + R"(" errors=")" + std::to_string(counts.problems) +
                      R"(" skipped=")" + std::to_string(counts.skipped) + R"(" time=")" +
                      seconds_text(seconds_of(file)) + "\">\n";
    for (const TestResult& test : file.tests)
        xml += case_of(file, test);
    for (const Failure& problem : file.problems)
        xml += R"(    <testcase classname=")" + escaped(file.path) + "\" name=\"loads\">\n      <error message=\"" +
               escaped(problem.message) + "\">" + escaped(words_of(problem)) + "</error>\n    </testcase>\n";
    return xml + "  </testsuite>\n";
}

// A '#' would begin a directive.
std::string tap_name(const std::string& text)
{
    std::string name;
    for (const char c : printable(text))
        name += c == '#' ? std::string{"\\#"} : c == '\n' ? std::string{" "} : std::string(1, c);
    return name;
}

std::string diagnosis(const Failure& failure)
{
    return "  ---\n  message: |-\n" + indented(words_of(failure), "    ") +
           (failure.where.empty() ? "" : "  at: " + to_json(Value{failure.where}) + "\n") + "  ...\n";
}

Object object_of(const TestFileResult& file, const TestResult& test)
{
    constexpr const char* states[] = {"passed", "failed", "skipped"};
    Object object{{"file", file.path},
                  {"name", test.name},
                  {"where", test.where},
                  {"state", states[static_cast<int>(test.state)]},
                  {"seconds", test.seconds}};
    if (test.state == TestState::failed)
        object.append("error", test.failure.to_object());
    if (test.state == TestState::skipped)
        object.append("reason", test.failure.message);
    object.append("lines", Array{test.lines.begin(), test.lines.end()});
    return object;
}

} // namespace

std::string text_of(const TestFileResult& file, bool colours)
{
    std::string text = printable(file.path) + "\n";
    for (const TestResult& test : file.tests)
        text += text_of(test, colours);
    for (const Failure& problem : file.problems)
        text += "    " + painted("FAIL", red, colours) + "  the file\n" + indented(words_of(problem), "        ");
    return text;
}

std::string summary_of(const std::vector<TestFileResult>& files, const TestPlan& plan, bool colours)
{
    const TestCounts counts = counts_of(files);
    const std::size_t all = counts.passed + counts.failed + counts.skipped;
    std::string text =
        number(all, "test") + " in " + number(files.size(), "file") + ": " + std::to_string(counts.passed) + " passed";
    if (counts.failed > 0)
        text += ", " + painted(std::to_string(counts.failed) + " failed", red, colours);
    if (counts.skipped > 0)
        text += ", " + std::to_string(counts.skipped) + " skipped";
    if (counts.problems > 0)
        text += ", " + painted(number(counts.problems, "file") + " could not be run", red, colours);
    text += "\n";
    if (counts.failed > 0)
        text += "--seed " + std::to_string(plan.seed) + " repeats this run\n";
    return text;
}

std::string tap_of(const std::vector<TestFileResult>& files)
{
    std::string text;
    std::size_t count = 0;
    for (const TestFileResult& file : files) {
        for (const TestResult& test : file.tests) {
            text += (test.state == TestState::failed ? "not ok " : "ok ") + std::to_string(++count) + " - " +
                    tap_name(file.path + ": " + test.name);
            if (test.state == TestState::skipped)
                text += " # SKIP " + tap_name(test.failure.message);
            text += "\n";
            if (test.state == TestState::failed)
                text += diagnosis(test.failure);
        }
        for (const Failure& problem : file.problems)
            text +=
                "not ok " + std::to_string(++count) + " - " + tap_name(file.path) + ": loads\n" + diagnosis(problem);
    }
    return "TAP version 14\n1.." + std::to_string(count) + "\n" + text;
}

std::string junit_of(const std::vector<TestFileResult>& files)
{
    std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
    for (const TestFileResult& file : files)
        xml += suite_of(file);
    return xml + "</testsuites>\n";
}

std::string json_of(const std::vector<TestFileResult>& files, const TestPlan& plan)
{
    const TestCounts counts = counts_of(files);
    Array tests;
    Array problems;
    for (const TestFileResult& file : files) {
        for (const TestResult& test : file.tests)
            tests.emplace_back(object_of(file, test));
        for (const Failure& problem : file.problems)
            problems.emplace_back(problem.to_object());
    }
    Object document{{"ok", counts.failed == 0 && counts.problems == 0},
                    {"seed", static_cast<std::int64_t>(plan.seed)},
                    {"passed", counts.passed},
                    {"failed", counts.failed},
                    {"skipped", counts.skipped},
                    {"tests", std::move(tests)},
                    {"problems", std::move(problems)}};
    return to_json(Value{std::move(document)}) + "\n";
}

} // namespace forager::cli
