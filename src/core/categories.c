/* SPDX-License-Identifier: MIT */
#include "core/categories.h"

#include <stddef.h>

/* P(primary) begins a category, S(primary, subcategory) is one of its subcategories. */
/* clang-format off */
#define CATEGORIES(P, S) \
    P(banking) \
    S(banking, account_fees_and_other_bank_charges) S(banking, atm_fees) \
    S(banking, cash_withdrawals) S(banking, currency_exchange_and_fees) S(banking, interest) \
    S(banking, nsf_and_overdraft_fees) S(banking, other_banking) S(banking, outgoing_checks) \
    S(banking, overdraft_protection) S(banking, refunds_and_reversals) \
    S(banking, unpaid_transactions) \
    P(borrowing_and_loans) \
    S(borrowing_and_loans, buy_now_pay_later) S(borrowing_and_loans, car_payment) \
    S(borrowing_and_loans, cash_advance_loans) S(borrowing_and_loans, credit_cards) \
    S(borrowing_and_loans, debt_management) S(borrowing_and_loans, loan_incoming) \
    S(borrowing_and_loans, loan_repayment) S(borrowing_and_loans, other_borrowing_and_loans) \
    S(borrowing_and_loans, student_loan) S(borrowing_and_loans, vehicle_loan) \
    P(charity) \
    S(charity, charity) S(charity, other_charity) \
    P(dependent_costs) \
    S(dependent_costs, child_support) S(dependent_costs, childcare) \
    S(dependent_costs, childrens_expenses) S(dependent_costs, other_dependent_costs) \
    P(education) \
    S(education, driving_lessons) S(education, other_education) \
    S(education, university_and_tuition) \
    P(entertainment) \
    S(entertainment, books_and_reading) S(entertainment, cinema) S(entertainment, gaming) \
    S(entertainment, leisure_and_amusement_activities) S(entertainment, other_entertainment) \
    S(entertainment, other_events) S(entertainment, sport_events) \
    S(entertainment, theatre_concerts_and_tickets) \
    P(expenses) \
    S(expenses, business_expenses) S(expenses, financial_and_legal_expenses) \
    S(expenses, other_expenses) S(expenses, other_memberships_and_services) \
    S(expenses, postage_and_office_supplies) \
    P(food_and_drink) \
    S(food_and_drink, bars_and_pubs) S(food_and_drink, coffee) \
    S(food_and_drink, convenience_stores) S(food_and_drink, eating_out_and_takeaways) \
    S(food_and_drink, groceries) S(food_and_drink, other_eating_out) \
    S(food_and_drink, other_food_and_drink) S(food_and_drink, speciality_food_and_drink) \
    P(gambling_and_lotteries) \
    S(gambling_and_lotteries, gambling_and_betting) \
    S(gambling_and_lotteries, lotteries_and_sweepstakes) \
    S(gambling_and_lotteries, other_gambling_and_lotteries) \
    P(general) \
    S(general, other_general) \
    P(health_and_personal_care) \
    S(health_and_personal_care, beauty) S(health_and_personal_care, dental) \
    S(health_and_personal_care, gym_and_fitness) S(health_and_personal_care, healthcare) \
    S(health_and_personal_care, other_health_and_personal_care) \
    S(health_and_personal_care, optical) \
    S(health_and_personal_care, pharmacies_and_health_products) \
    S(health_and_personal_care, sport_accessories_and_equipment) \
    P(home) \
    S(home, furniture) S(home, gardening) S(home, home_maintenance) S(home, household_goods) \
    S(home, laundry) S(home, other_home) S(home, pets) \
    P(income) \
    S(income, benefits_and_social_security) S(income, child_support_income) \
    S(income, crypto_platform_incoming) S(income, deposits) S(income, employment_income) \
    S(income, investment_income) S(income, other_income) S(income, pension_income) \
    S(income, rental_income) \
    P(insurance) \
    S(insurance, business_insurance) S(insurance, health_and_life_insurance) \
    S(insurance, home_insurance) S(insurance, other_insurance) S(insurance, pet_insurance) \
    S(insurance, travel_insurance) S(insurance, vehicle_insurance) \
    P(media_and_telecoms) \
    S(media_and_telecoms, broadband_phone_tv) S(media_and_telecoms, digital_media_and_software) \
    S(media_and_telecoms, other_media_and_telecoms) S(media_and_telecoms, tv_streaming_services) \
    P(mortgage_and_rent) \
    S(mortgage_and_rent, mortgage) S(mortgage_and_rent, other_mortgage_and_rent) \
    S(mortgage_and_rent, rent) \
    P(pensions_savings_and_investments) \
    S(pensions_savings_and_investments, crypto_platform_outgoing) \
    S(pensions_savings_and_investments, investments) \
    S(pensions_savings_and_investments, pensions) \
    S(pensions_savings_and_investments, other_pensions_savings_and_investments) \
    S(pensions_savings_and_investments, savings) \
    P(shopping) \
    S(shopping, clothing_and_accessories) S(shopping, department_stores) \
    S(shopping, electronics_appliances_and_technology) S(shopping, flowers_and_gifts) \
    S(shopping, general_online_shopping) S(shopping, hobbies) S(shopping, other_shopping) \
    S(shopping, smoking_and_vaping) \
    P(taxes) \
    S(taxes, federal_tax) S(taxes, other_taxes) \
    P(transfers) \
    S(transfers, internal_transfers) S(transfers, other_transfers) S(transfers, transfers_in) \
    S(transfers, transfers_out) \
    P(transport) \
    S(transport, other_transport) S(transport, parking_and_tolls) S(transport, public_transport) \
    S(transport, taxi) S(transport, vehicle) S(transport, vehicle_fuel_and_charging) \
    S(transport, vehicle_rental) S(transport, petrol_and_vehicle_charging) \
    P(travel) \
    S(travel, flights_and_airport_expenses) S(travel, holiday_and_travel_expenses) \
    S(travel, other_travel) \
    P(utilities) \
    S(utilities, other_utilities) S(utilities, utilities_energy) \
    S(utilities, utilities_water_and_sewage) S(utilities, waste_and_recycling)
/* clang-format on */

#define NAME(primary) #primary,
#define SUBNAME(primary, subcategory) #subcategory,
#define NOTHING(...)
const char *const mk_category_names[] = { CATEGORIES(NAME, NOTHING) NULL };
const char *const mk_subcategory_names[] = { CATEGORIES(NOTHING, SUBNAME) NULL };

#define NUMBER(primary) NUMBER_##primary,
enum { CATEGORIES(NUMBER, NOTHING) };

#define PARENT(primary, subcategory) NUMBER_##primary,
static const unsigned char parents[] = { CATEGORIES(NOTHING, PARENT) };

bool mk_category_has(int category, int subcategory)
{
    return parents[subcategory] == category;
}
