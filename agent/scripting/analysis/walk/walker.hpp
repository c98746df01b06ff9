// Walks one file of Lua 5.4 by its grammar, without making a tree: keeps track of scopes and of what expressions are
// known to be, and asks the judge about every name, field, call and option. The file is known to be valid Lua.
#pragma once

#include "scripting/analysis/judge.hpp"
#include "scripting/analysis/survey.hpp"
#include "scripting/analysis/walk/lexer.hpp"
#include "scripting/analysis/walk/scopes.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace forager::scripting {

class Walker {
public:
    /// `reassigned` is filled during the first walk of a file, and believed during the second. All arguments must
    /// outlive it.
    Walker(std::string_view source, Judge& judge, Reassigned& reassigned);

    void walk();

private:
    // An expression that was passed: what it is, and what it would be as the target of an assignment.
    struct Operand {
        enum class Place { value, local, global, field, part };

        Known known;
        std::optional<Doubt> doubt{};
        Place place = Place::value;
        std::size_t local = 0; // its number
        std::string name{};    // of the global or the field
        Known base{};          // of a field or a part
    };

    // Counts how deep the walk is, and gives up where no valid file goes.
    class Depth;

    // Tokens
    void advance();
    bool accept(std::string_view word);
    std::string_view take_name();

    // Statements
    void block();
    bool block_ends() const;
    void statement();
    void if_statement();
    void while_statement();
    void for_statement();
    void repeat_statement();
    void do_block();
    void function_statement();
    void local_statement();
    void local_function();
    void local_variables();
    void return_statement();
    void expression_statement();
    void assignment(Operand first);
    void assign(const Operand& target);
    void condition();
    void declare(std::string_view name, Known known);
    void function_body(const Wanted& wanted, bool method);
    void parameters(Known first, bool method);

    // Expressions
    Known expression(const Wanted& wanted = {});
    void expressions();
    std::vector<Known> initial_values(std::size_t most);
    Operand operation(int limit, const Wanted& wanted = {});
    Operand unary(const Wanted& wanted);
    Operand simple(const Wanted& wanted);
    Operand suffixed();
    Operand primary();
    Operand name_operand();
    Operand field(Operand base);
    Operand field_named(Operand base, std::string name, std::size_t line);
    Operand part(Operand base);
    Operand method_call(Operand base);
    Operand call(Operand callee);
    Known arguments(const Shape* callee);
    Known simple_argument(const Wanted& wanted);
    Known table(const Wanted& wanted);
    void table_entry(const Wanted& wanted, Known& table);
    void named_entry(const Wanted& wanted, std::string_view name, std::size_t line, Known& table);
    void settle(Operand& operand, Doubt::From use);
    Known used(Operand operand);

    Lexer lexer_;
    Token current_;
    Token ahead_;
    Judge& judge_;
    Reassigned& reassigned_;
    Scopes scopes_;
    int depth_ = 0;
    int function_depth_ = 0;
};

} // namespace forager::scripting
