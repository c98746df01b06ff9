#include "scripting/analysis/walk/walker.hpp"
#include "scripting/analysis/walk/walker_depth.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace forager::scripting {

namespace {

struct Operator {
    std::string_view symbol;
    int left;  // how strongly it binds what stands before it
    int right; // and what stands after it
};

constexpr int unary_priority = 12;

constexpr std::array<Operator, 21> operators = {{
    {"or", 1, 1},  {"and", 2, 2}, {"<", 3, 3},   {">", 3, 3},   {"<=", 3, 3},   {">=", 3, 3},  {"~=", 3, 3},
    {"==", 3, 3},  {"|", 4, 4},   {"~", 5, 5},   {"&", 6, 6},   {"<<", 7, 7},   {">>", 7, 7},  {"..", 9, 8},
    {"+", 10, 10}, {"-", 10, 10}, {"*", 11, 11}, {"/", 11, 11}, {"//", 11, 11}, {"%", 11, 11}, {"^", 14, 13},
}};

const Operator* operator_at(const Token& token)
{
    const auto* found = std::ranges::find_if(operators, [&](const Operator& one) { return token.is(one.symbol); });
    return found == operators.end() ? nullptr : found;
}

bool is_logical(const Operator& operation)
{
    return operation.symbol == "and" || operation.symbol == "or";
}

bool is_test(const Operator& operation)
{
    return is_logical(operation) || operation.symbol == "==" || operation.symbol == "~=";
}

} // namespace

// An expression whose value goes where it can no longer be followed.
Known Walker::expression(const Wanted& wanted)
{
    const std::size_t line = current_.line;
    Known known = used(operation(0, wanted));
    judge_.value(wanted, known, line);
    return known;
}

void Walker::expressions()
{
    do
        expression();
    while (accept(","));
}

// Values for local variables, the first `most` of them: these stay in sight.
std::vector<Known> Walker::initial_values(std::size_t most)
{
    std::vector<Known> values;
    do {
        Operand operand = operation(0);
        settle(operand, Doubt::From::value);
        if (values.size() < most)
            values.push_back(std::move(operand.known));
    } while (accept(","));
    return values;
}

Walker::Operand Walker::operation(int limit, const Wanted& wanted)
{
    const Depth depth{*this};
    Operand left = unary(wanted);
    for (const Operator* found = operator_at(current_); found != nullptr && found->left > limit;
         found = operator_at(current_)) {
        advance();
        const Doubt::From use = is_test(*found) ? Doubt::From::read : Doubt::From::value;
        settle(left, use);
        judge_.out_of_sight(left.known);
        Operand right = operation(found->right);
        // What stands after `or` may never be looked at: `table.unpack or unpack`.
        if (is_logical(*found))
            right.doubt.reset();
        settle(right, use);
        judge_.out_of_sight(right.known);
        left = Operand{};
    }
    return left;
}

Walker::Operand Walker::unary(const Wanted& wanted)
{
    const bool negates = current_.is("not");
    if (!negates && !current_.is("-") && !current_.is("~") && !current_.is("#"))
        return simple(wanted);
    advance();
    Operand operand = operation(unary_priority);
    settle(operand, negates ? Doubt::From::read : Doubt::From::value);
    return Operand{};
}

Walker::Operand Walker::simple(const Wanted& wanted)
{
    using Kind = Known::Kind;
    if (current_.kind == Token::Kind::string) {
        Operand text{{Kind::string, std::move(current_.value)}};
        advance();
        return text;
    }
    if (current_.kind == Token::Kind::number)
        return Operand{{Kind::number, std::string{take_name()}}};
    if (accept("nil"))
        return Operand{{Kind::nil}};
    if (accept("true") || accept("false"))
        return Operand{{Kind::boolean}};
    if (accept("...")) {
        judge_.uses_arguments(function_depth_ == 0);
        return Operand{};
    }
    if (accept("function")) {
        function_body(wanted, false);
        return Operand{{Kind::function}};
    }
    if (current_.is("{"))
        return Operand{table(wanted)};
    return suffixed();
}

Walker::Operand Walker::suffixed()
{
    Operand operand = primary();
    while (true) {
        if (current_.is("."))
            operand = field(std::move(operand));
        else if (current_.is("["))
            operand = part(std::move(operand));
        else if (current_.is(":"))
            operand = method_call(std::move(operand));
        else if (current_.is("(") || current_.is("{") || current_.kind == Token::Kind::string)
            operand = call(std::move(operand));
        else
            return operand;
    }
}

Walker::Operand Walker::primary()
{
    if (!accept("("))
        return name_operand();
    Operand operand = operation(0);
    accept(")");
    operand.place = Operand::Place::value;
    return operand;
}

Walker::Operand Walker::name_operand()
{
    if (current_.kind != Token::Kind::name)
        return Operand{};
    const std::size_t line = current_.line;
    const std::string_view name = take_name();
    if (const Local* local = scopes_.find(name))
        return Operand{local->known, {}, Operand::Place::local, local->number};
    auto [known, doubt] = judge_.global(name, line);
    return Operand{std::move(known), std::move(doubt), Operand::Place::global, 0, std::string{name}};
}

// base.name, also in the name of a function, where the last one may come after a colon
Walker::Operand Walker::field(Operand base)
{
    settle(base, Doubt::From::use);
    advance();
    const std::size_t line = current_.line;
    return field_named(std::move(base), std::string{take_name()}, line);
}

Walker::Operand Walker::field_named(Operand base, std::string name, std::size_t line)
{
    auto [known, doubt] = judge_.field(base.known, name, line);
    return Operand{std::move(known), std::move(doubt),     Operand::Place::field, 0,
                   std::move(name),  std::move(base.known)};
}

// base[…]
Walker::Operand Walker::part(Operand base)
{
    settle(base, Doubt::From::use);
    advance();
    const std::size_t line = current_.line;
    Known key = expression();
    accept("]");
    if (key.kind == Known::Kind::string)
        return field_named(std::move(base), std::move(key.text), line);
    return Operand{{}, {}, Operand::Place::part, 0, {}, std::move(base.known)};
}

Walker::Operand Walker::method_call(Operand base)
{
    settle(base, Doubt::From::use);
    advance();
    const std::size_t line = current_.line;
    const Shape* method = judge_.method(base.known, take_name(), line);
    arguments(base.known.kind == Known::Kind::string ? nullptr : method);
    return Operand{};
}

Walker::Operand Walker::call(Operand callee)
{
    settle(callee, Doubt::From::use);
    const bool is_known = callee.known.kind == Known::Kind::shape;
    const std::size_t line = current_.line;
    const Known first = arguments(is_known ? callee.known.shape : nullptr);
    if (callee.place == Operand::Place::field)
        judge_.called_with_dot(callee.base, callee.name, first, line);
    return Operand{judge_.result(callee.known, first)};
}

// Gives the first one.
Known Walker::arguments(const Shape* callee)
{
    if (!accept("(")) {
        // A single string or table.
        const std::size_t line = current_.line;
        const Wanted wanted = judge_.argument(callee, 1);
        Known only = simple_argument(wanted);
        judge_.value(wanted, only, line);
        return only;
    }
    Known first;
    for (std::size_t position = 1; !current_.is(")") && current_.kind != Token::Kind::end; ++position) {
        Known argument = expression(judge_.argument(callee, position));
        const bool is_last = !accept(",");
        if (is_last && position > 1)
            judge_.last_argument(callee, first, argument);
        if (position == 1)
            first = std::move(argument);
        if (is_last)
            break;
    }
    accept(")");
    return first;
}

Known Walker::simple_argument(const Wanted& wanted)
{
    if (current_.is("{"))
        return table(wanted);
    Known text{Known::Kind::string, std::move(current_.value)};
    advance();
    return text;
}

// Gives its entry `name` as text where that is known: declarations are known by it.
Known Walker::table(const Wanted& wanted)
{
    Known made{Known::Kind::table};
    advance();
    while (!current_.is("}") && current_.kind != Token::Kind::end) {
        table_entry(wanted, made);
        if (!accept(","))
            accept(";");
    }
    accept("}");
    if (made.elsewhere && !made.calls.empty())
        judge_.calls_elsewhere(made.calls);
    return made;
}

void Walker::table_entry(const Wanted& wanted, Known& table)
{
    if (current_.kind == Token::Kind::name && ahead_.is("=")) {
        const std::size_t line = current_.line;
        const std::string_view name = take_name();
        advance();
        named_entry(wanted, name, line, table);
    } else if (accept("[")) {
        const std::size_t line = current_.line;
        const Known key = expression();
        accept("]");
        accept("=");
        if (key.kind == Known::Kind::string)
            named_entry(wanted, key.text, line, table);
        else
            expression();
    } else {
        expression();
    }
}

void Walker::named_entry(const Wanted& wanted, std::string_view name, std::size_t line, Known& table)
{
    const Known value = expression(judge_.option(wanted, name, line));
    if (name == "name" && value.kind == Known::Kind::string)
        table.text = value.text;
    if (wanted.options_of == "task") {
        table.elsewhere |= name == "executor";
        table.calls = name == "call" ? value.text : std::move(table.calls);
    }
    if (name == "on" && value.kind == Known::Kind::string && value.text == "colony") {
        table.elsewhere = true;
        judge_.has_colony_options();
    }
}

// What was in doubt is a mistake, if it is one for this use.
void Walker::settle(Operand& operand, Doubt::From use)
{
    if (operand.doubt && operand.doubt->from <= use)
        judge_.report(*operand.doubt, scopes_);
    operand.doubt.reset();
}

Known Walker::used(Operand operand)
{
    settle(operand, Doubt::From::value);
    judge_.out_of_sight(operand.known);
    return std::move(operand.known);
}

} // namespace forager::scripting
