// The open file, and the statements that were compiled for it: one that is used again need not be compiled again. Used
// by the store on its own thread.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <map>
#include <string>
#include <string_view>

namespace forager::store {

class Connection : public SQLite::Database {
public:
    using SQLite::Database::Database;

private:
    friend class Prepared;
    std::multimap<std::string, SQLite::Statement, std::less<>> idle_; // texts are those of the program: few
};

/// A statement from its first to its last use, without values at first; then it is kept for the next one of this text.
class Prepared : public SQLite::Statement {
public:
    Prepared(Connection& connection, std::string_view text);
    Prepared(const Prepared&) = delete;
    Prepared& operator=(const Prepared&) = delete;
    ~Prepared();

private:
    Connection& connection_;
};

} // namespace forager::store
