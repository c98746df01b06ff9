#include "scripting/analysis/walk/walker.hpp"

#include "scripting/analysis/walk/walker_depth.hpp"

#include <utility>

namespace forager::scripting {

Walker::Walker(std::string_view source, Judge& judge, Reassigned& reassigned)
    : lexer_{source}, current_{lexer_.next()}, ahead_{lexer_.next()}, judge_{judge}, reassigned_{reassigned}
{
}

void Walker::walk()
{
    block();
}

// Once at the end, always at the end, also when the walk was given up.
void Walker::advance()
{
    if (current_.kind == Token::Kind::end)
        return;
    current_ = std::exchange(ahead_, Token{});
    if (current_.kind != Token::Kind::end)
        ahead_ = lexer_.next();
}

bool Walker::accept(std::string_view word)
{
    if (!current_.is(word))
        return false;
    advance();
    return true;
}

std::string_view Walker::take_name()
{
    const std::string_view name = current_.text;
    advance();
    return name;
}

bool Walker::block_ends() const
{
    return current_.kind == Token::Kind::end || current_.is("end") || current_.is("else") || current_.is("elseif") ||
           current_.is("until");
}

void Walker::block()
{
    const Scopes::Block scope{scopes_};
    while (!block_ends())
        statement();
}

void Walker::statement()
{
    const Depth depth{*this};
    if (accept("if"))
        if_statement();
    else if (accept("while"))
        while_statement();
    else if (accept("do"))
        do_block();
    else if (accept("for"))
        for_statement();
    else if (accept("repeat"))
        repeat_statement();
    else if (accept("function"))
        function_statement();
    else if (accept("local"))
        local_statement();
    else if (accept("return"))
        return_statement();
    else if (accept("goto"))
        advance();
    else if (accept("::")) {
        advance();
        accept("::");
    } else if (!accept(";") && !accept("break"))
        expression_statement();
}

// `if` or `elseif` is passed.
void Walker::if_statement()
{
    do {
        condition();
        accept("then");
        block();
    } while (accept("elseif"));
    if (accept("else"))
        block();
    accept("end");
}

void Walker::while_statement()
{
    condition();
    accept("do");
    do_block();
}

void Walker::do_block()
{
    block();
    accept("end");
}

void Walker::for_statement()
{
    std::vector<std::string_view> names;
    do
        names.push_back(take_name());
    while (accept(","));
    if (!accept("="))
        accept("in");
    expressions();
    accept("do");
    const Scopes::Block scope{scopes_};
    for (const std::string_view name : names)
        declare(name, {});
    do_block();
}

// The condition sees the variables of the block.
void Walker::repeat_statement()
{
    const Scopes::Block scope{scopes_};
    while (!block_ends())
        statement();
    accept("until");
    condition();
}

void Walker::function_statement()
{
    Operand target = name_operand();
    bool method = false;
    while (!method && (current_.is(".") || current_.is(":"))) {
        method = current_.is(":");
        target = field(std::move(target));
    }
    assign(target);
    function_body({}, method);
}

void Walker::local_statement()
{
    if (accept("function"))
        local_function();
    else
        local_variables();
}

void Walker::local_function()
{
    declare(take_name(), {});
    function_body({}, false);
}

// The names are seen only after the values.
void Walker::local_variables()
{
    std::vector<std::string_view> names;
    do {
        names.push_back(take_name());
        if (accept("<")) {
            advance();
            accept(">");
        }
    } while (accept(","));
    std::vector<Known> values;
    if (accept("="))
        values = initial_values(names.size());
    values.resize(names.size());
    for (std::size_t i = 0; i < names.size(); ++i)
        declare(names[i], values[i].lasting() ? std::move(values[i]) : Known{});
}

void Walker::return_statement()
{
    if (!block_ends() && !current_.is(";"))
        expressions();
    accept(";");
}

void Walker::expression_statement()
{
    const Token::Kind before = current_.kind;
    const std::string_view text = current_.text;
    Operand first = suffixed();
    if (current_.is("=") || current_.is(","))
        assignment(std::move(first));
    else
        settle(first, Doubt::From::use);
    // Nothing was passed: no valid file comes here.
    if (before == current_.kind && text.data() == current_.text.data())
        advance();
}

void Walker::assignment(Operand first)
{
    assign(first);
    while (accept(","))
        assign(suffixed());
    if (accept("="))
        expressions();
}

void Walker::assign(const Operand& target)
{
    switch (target.place) {
    case Operand::Place::local: reassigned_.insert(target.local); break;
    case Operand::Place::global: judge_.assigned_global(target.name); break;
    case Operand::Place::field: judge_.assigned_field(target.name); break;
    case Operand::Place::part: judge_.out_of_sight(target.base); break;
    case Operand::Place::value: break;
    }
}

void Walker::condition()
{
    Operand operand = operation(0);
    settle(operand, Doubt::From::read);
}

void Walker::declare(std::string_view name, Known known)
{
    judge_.declared(name);
    const std::size_t number = scopes_.declare(name);
    if (!reassigned_.contains(number))
        scopes_.know(std::move(known));
}

// `function` and the name are passed.
void Walker::function_body(const Wanted& wanted, bool method)
{
    const Scopes::Block scope{scopes_};
    parameters(takes_context(wanted) ? judge_.context() : Known{}, method);
    // A function that only returns something, for pcall: asks whether it is there.
    const Judge::Quiet quiet{judge_, wanted.probe && current_.is("return")};
    ++function_depth_;
    do_block();
    --function_depth_;
}

void Walker::parameters(Known first, bool method)
{
    if (method)
        declare("self", {});
    accept("(");
    while (current_.kind == Token::Kind::name) {
        declare(take_name(), std::exchange(first, {}));
        accept(",");
    }
    accept("...");
    accept(")");
}

} // namespace forager::scripting
